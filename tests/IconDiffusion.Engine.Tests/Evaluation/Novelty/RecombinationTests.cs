using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Parts;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using Xunit.Abstractions;

namespace IconDiffusion.Engine.Tests.Evaluation.Novelty;

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

        var report = Recombination.Score(flipping, InstalledPackages.None, LayeredSource.Prepare(flipping, InstalledPackages.None), icons.Mirrored(), default);

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

    private static RecombinationReport Score(IconPixels icons) => Recombination.Score(Small, InstalledPackages.None, SmallControls.Value.Training, icons, default);

    private static Figure Figure(RecombinationReport report, string key) => report.Figures.Single(figure => figure.Key == key);

    private static IconPixels Joined(IReadOnlyList<IconPixels> sets) => new(sets.SelectMany(set => set.Data.ToArray()).ToArray(), 32);
}
