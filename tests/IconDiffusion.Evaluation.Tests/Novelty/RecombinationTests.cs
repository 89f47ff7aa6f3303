using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Parts;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using Xunit.Abstractions;

namespace IconDiffusion.Evaluation.Tests.Novelty;

public class RecombinationTests(ITestOutputHelper output)
{
    private static readonly LayeredSpec Small = new() { ImageSize = 32, Count = 200, HeldOut = 0, Variants = 3, HorizontalFlip = false };
    private static readonly Lazy<RecombinationControls> SmallControls = new(() => new(Small, InstalledPackages.None));

    internal static readonly string[] Kinds =
    [
        "exact copies", "new combinations", "copies with a part moved as layouts do", "new combinations with a part moved as layouts do",
        "even blends of two icons", "one part blurred", "one part moved far",
    ];

    public static TheoryData<string> Controls => [.. Kinds];

    public static TheoryData<string, int, int, int> AllControls()
    {
        var all = new TheoryData<string, int, int, int>();
        foreach (var (size, variants, cases) in new[] { (32, 3, 1000), (32, 6, 250), (128, 6, 50) })
            foreach (var kind in Kinds)
                all.Add(kind, size, variants, cases);
        return all;
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public void EveryControl_IsClassifiedRight(string kind) => AssertRight(SmallControls.Value, Small, kind, 40);

    [Theory]
    [MemberData(nameof(AllControls))]
    [Trait("Speed", "Slow")]
    public void ManyOfEachControl_AreClassifiedRight(string kind, int size, int variants, int cases)
    {
        var spec = new LayeredSpec { ImageSize = size, Count = 200, HeldOut = 0, Variants = variants, HorizontalFlip = false };
        AssertRight(new(spec, InstalledPackages.None), spec, kind, cases);
    }

    [Fact]
    public void Parts_AreFoundWithTheirVariantAndPlace()
    {
        var art = SmallControls.Value.Art;
        var face = LayeredSource.Icons(Small, art).First();
        var (_, icons) = SmallControls.Value.Make("exact copies", 1);

        var icon = Recombination.Score(Small, InstalledPackages.None, SmallControls.Value.Training, icons, default).Icons[0];

        Assert.Equal((RecombinationClass.Copy, 0), (icon.Class, icon.TrainingIcon!.Value));
        Assert.Equal(face.Name, string.Join('-', icon.Parts.Select(part => part.Variant)));
        foreach (var layer in Enumerable.Range(0, art.Layers.Count).Where(layer => art.Layers[layer].IsDrawn(face.Combination[layer])))
        {
            // Four units of the layout are a pixel here, so a neighbouring place can look the same: it may be off by one unit.
            Assert.InRange(icon.Parts[layer].ShiftX, (face.Layout[layer].X - 1) / 4.0, (face.Layout[layer].X + 1) / 4.0);
            Assert.InRange(icon.Parts[layer].ShiftY, (face.Layout[layer].Y - 1) / 4.0, (face.Layout[layer].Y + 1) / 4.0);
        }
    }

    [Fact]
    public void MirroredCopies_AreCopiesWhereTrainingMirrorsIcons()
    {
        var (_, icons) = SmallControls.Value.Make("exact copies", 12);
        var flipping = Small with { HorizontalFlip = true };

        var report = Recombination.Score(flipping, InstalledPackages.None, LayeredSource.Prepare(flipping, InstalledPackages.None).Training, icons.Mirrored(), default);

        Assert.All(report.Icons, icon => Assert.Equal(RecombinationClass.Copy, icon.Class));
        Assert.Equal(Enumerable.Range(0, 12), report.Icons.Select(icon => icon.TrainingIcon!.Value));
    }

    [Fact]
    public void NeitherOrderNorNumber_ChangesWhatIsSaidOfAnIcon()
    {
        var icons = Joined([.. Kinds.Select(kind => SmallControls.Value.Make(kind, 3).Icons)]);
        var together = Score(icons).Icons;

        var reversed = Score(Joined([.. Enumerable.Range(0, icons.Count).Reverse().Select(i => new IconPixels(icons[i].ToArray(), 32))])).Icons;
        var alone = Score(new(icons[4].ToArray(), 32)).Icons;

        Assert.Equal(together, reversed.AsEnumerable().Reverse().Select((icon, i) => icon with { Icon = i }));
        Assert.Equal(together[4], alone[0] with { Icon = 4 });
    }

    [Fact]
    public void Shares_AddUpAndCarryTheirIntervals()
    {
        var icons = Joined([SmallControls.Value.Make("exact copies", 10).Icons, SmallControls.Value.Make("new combinations", 6).Icons, SmallControls.Value.Make("even blends of two icons", 4).Icons]);

        var report = Score(icons);

        Assert.Equal((20, 200), (report.Count, report.TrainingCount));
        Assert.Equal([0.5, 0.3, 0.2], report.Figures.Take(3).Select(figure => figure.Value!.Value));
        Assert.All(report.Figures.Take(3), figure => Assert.True(figure.Low < figure.Value && figure.Value < figure.High));
        Assert.Equal(10.0 / 16, Figure(report, "copy-of-explained").Value!.Value, 12);
        Assert.Equal(200.0 / 6561, Figure(report, "copy-by-chance").Value!.Value, 12);
        Assert.InRange(Figure(report, "nearest-in-training").Value!.Value, 0.5, 0.7);
        // Exact copies lie where their sources do, but for the neighbouring places that look the same.
        Assert.InRange(Figure(report, "copy-layout-shift").Value!.Value, 0, 0.1);
        Assert.All(report.Layers, layer => Assert.Equal(200, layer.Variants.Sum(variant => variant.Training)));
    }

    [Fact]
    public void IconsOfAnotherSize_AreRefusedWithBothSizes() => Assert.Contains(
        "The generated icons are 16×16; the training icons are 32×32",
        Assert.Throws<ArgumentException>(() => Score(new(new byte[16 * 16 * 3], 16))).Message);

    [Fact]
    public void UniformNoise_IsUnexplained()
    {
        var noise = new byte[4 * 32 * 32 * 3];
        new Random(1).NextBytes(noise);

        Assert.All(Score(new(noise, 32)).Icons, icon => Assert.Equal(RecombinationClass.Unexplained, icon.Class));
    }

    private void AssertRight(RecombinationControls controls, LayeredSpec spec, string kind, int count)
    {
        var (expected, icons) = controls.Make(kind, count);

        var report = Recombination.Score(spec, InstalledPackages.None, controls.Training, icons, default);

        var right = report.Icons.Count(icon => icon.Class == expected);
        output.WriteLine($"{kind}: {right} of {count} are {expected} at {spec.ImageSize} px with {spec.Variants} variants");
        Assert.True(right >= 0.99 * count, $"{kind}: {right} of {count} are {expected}; wanted 99 %. Wrong: {string.Join(", ", report.Icons.Where(icon => icon.Class != expected).Select(icon => icon.Icon).Take(20))}.");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void PartsThatAreAskedFor_AreCountedWhereTheyAreShown()
    {
        const int count = 40;
        var (controls, art) = (SmallControls.Value, SmallControls.Value.Art);
        var (_, icons) = controls.Make("exact copies", count);
        Combination[] made = [.. controls.Training.Names.Take(count).Select(art.Parse)];
        double Same(int a, int b) => made[a].Variants.Zip(made[b].Variants).Average(pair => pair.First == pair.Second ? 1.0 : 0);
        RecombinationReport Asked(Func<int, int> whose) => Recombination.Score(
            Small, InstalledPackages.None, controls.Training, icons, default, asked: icon => art.TagsOf(made[whose(icon)]));

        var (own, others, hair) = (Asked(icon => icon), Asked(icon => (icon + 1) % count),
            Recombination.Score(Small, InstalledPackages.None, controls.Training, icons, default, asked: _ => ["hair bob"]));

        // A copy shows all that it was asked for, as the training icons do. What others hide could be anything, so a little more than the equal parts are shown.
        Assert.Equal((1.0, 1.0, 1.0), (Figure(own, "asked-shown").Value, Figure(own, "asked-all").Value, Figure(own, "asked-training").Value));
        var shared = Enumerable.Range(0, count).Average(icon => Same(icon, (icon + 1) % count));
        Assert.InRange(Figure(others, "asked-shown").Value!.Value, shared, shared + 0.1);
        Assert.Equal(0, Figure(others, "asked-all").Value!.Value, 0.05);
        var chance = Enumerable.Range(0, count).Average(a => Enumerable.Range(0, count).Where(b => b != a).Average(b => Same(a, b)));
        Assert.InRange(Figure(own, "asked-by-chance").Value!.Value, chance, chance + 0.1);
        Assert.Equal(made.Average(each => art.TagsOf(each).Contains("hair bob") ? 1.0 : 0), Figure(hair, "asked-shown").Value!.Value, 0.001);
        Assert.All((string[])["asked-shown", "asked-all", "asked-training"], key => Assert.InRange(Figure(others, key).Value!.Value, Figure(others, key).Low!.Value, Figure(others, key).High!.Value));
        Assert.DoesNotContain(Score(icons).Figures, figure => figure.Key.StartsWith("asked", StringComparison.Ordinal));
    }

    // Brown, Cai and DasGupta 2001, table: of 0 of 10 and 5 of 10.
    [Theory]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(0.5, 10, 0.2366, 0.7634)]
    [InlineData(1, 10, 0.7225, 1)]
    public void WilsonsInterval_IsThatOfTheLiterature(double share, int count, double low, double high)
    {
        Assert.Equal(low, Wilson.Of(share, count).Low, 4);
        Assert.Equal(high, Wilson.Of(share, count).High, 4);
    }

    private static RecombinationReport Score(IconPixels icons) => Recombination.Score(Small, InstalledPackages.None, SmallControls.Value.Training, icons, default);

    private static Figure Figure(RecombinationReport report, string key) => report.Figures.Single(figure => figure.Key == key);

    private static IconPixels Joined(IReadOnlyList<IconPixels> sets) => new(sets.SelectMany(set => set.Data.ToArray()).ToArray(), 32);
}
