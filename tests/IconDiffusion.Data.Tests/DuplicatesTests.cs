using IconDiffusion.Data;
using IconDiffusion.Imaging;

namespace IconDiffusion.Data.Tests;

public class DuplicatesTests
{
    private static readonly Image Original = Pictures.Smooth(64, 64, seed: 1);

    [Fact]
    public void DifferentPictures_AreNoDuplicates() =>
        Assert.Empty(Duplicates.Groups(Enumerable.Range(0, 30).Select(seed => new NamedIcon($"{seed}", Pictures.Smooth(64, 64, seed))).ToList()));

    [Fact]
    public void Copy_IsExact() => AssertFound(DuplicateKind.Exact, new(64, 64, [.. Original.Pixels]));

    [Fact]
    public void OnePixelChanged_IsNear()
    {
        var changed = new Image(64, 64, [.. Original.Pixels]);
        changed.Pixels[0] ^= 1;

        AssertFound(DuplicateKind.Near, changed);
    }

    [Fact]
    public void Recompressed_IsNear() =>
        AssertFound(DuplicateKind.Near, ImageFile.Decode(VipsEncoder.Encode(Original, ".jpg[Q=75]"), "x").Over(Rgb.White));

    [Fact]
    public void ScaledByHalfAndBack_IsNear() => AssertFound(DuplicateKind.Near, Resize.To(Resize.To(Original, 32, 32), 64, 64));

    [Fact]
    public void Mirrored_IsMirrored() => AssertFound(DuplicateKind.Mirrored, Original.Mirrored());

    [Fact]
    public void RecompressedMirrored_IsMirrored() =>
        AssertFound(DuplicateKind.Mirrored, ImageFile.Decode(VipsEncoder.Encode(Original.Mirrored(), ".jpg[Q=75]"), "x").Over(Rgb.White));

    [Fact]
    public void Groups_AreThoseOfComparingAllPairs()
    {
        var random = new Random(5);
        var icons = IconPixels.From([.. Enumerable.Range(0, 120).Select(i =>
        {
            var icon = Pictures.Smooth(32, 32, seed: i % 40);
            for (var k = 0; k < 40 * (i / 40); k++) icon.Pixels[random.Next(icon.Pixels.Length)] ^= 8;
            return i % 3 == 0 ? icon.Mirrored() : icon;
        })]);

        var alike = Enumerable.Range(0, 120).Select(i => Enumerable.Range(0, 120).Where(j => AreAlike(i, j)).ToHashSet()).ToArray();
        for (var grown = true; grown;)
            grown = Enumerable.Range(0, 120).Aggregate(false, (any, i) =>
            {
                var before = alike[i].Count;
                alike[i].UnionWith(alike[i].ToArray().SelectMany(j => alike[j]));
                return any || alike[i].Count > before;
            });
        var wanted = alike.Select(group => group.Order().ToArray()).Where(group => group.Length > 1).DistinctBy(group => group[0]).ToArray();

        Assert.Equal(wanted, Duplicates.Groups(icons));
        Assert.True(wanted.Length > 20);

        bool AreAlike(int i, int j) => i == j || Duplicates.Groups(IconPixels.From([icons.ToImage(i), icons.ToImage(j)])).Count == 1;
    }

    [Fact]
    public void ChainsOfDuplicates_AreOneGroup()
    {
        var other = Pictures.Smooth(64, 64, seed: 2);
        var icons = IconPixels.From([Pictures.Smooth(64, 64, seed: 3), Original, other, Original.Mirrored(), other, new(64, 64, [.. Original.Pixels])]);

        Assert.Equal([[1, 3, 5], [2, 4]], Duplicates.Groups(icons));
        Assert.Empty(Duplicates.Groups(IconPixels.From([Original, other])));
    }

    [Fact]
    public void AGroup_SaysHowItsIconsAreAlike()
    {
        var changed = new Image(64, 64, [.. Original.Pixels]);
        changed.Pixels[0] ^= 1;
        var (second, third) = (Pictures.Smooth(64, 64, seed: 2), Pictures.Smooth(64, 64, seed: 3));
        NamedIcon[] icons =
        [
            new("exact 1", second), new("mirrored 1", Original), new("near 1", third), new("alone", Pictures.Smooth(64, 64, seed: 4)), new("exact 2", second),
            new("mirrored 2", Original.Mirrored()), new("mirrored 3", changed), new("exact 3", second), new("near 2", Resize.To(Resize.To(third, 32, 32), 64, 64)),
        ];

        var groups = Duplicates.Groups(icons);

        Assert.Equal(
            [
                (DuplicateKind.Exact, "exact 1,exact 2,exact 3"),
                (DuplicateKind.Mirrored, "mirrored 1,mirrored 2,mirrored 3"),
                (DuplicateKind.Near, "near 1,near 2"),
            ],
            groups.Select(group => (group.Kind, string.Join(',', group.Names))));
        Assert.Equal(0, groups[0].MeanAbsoluteError);
        Assert.InRange(groups[2].MeanAbsoluteError, double.Epsilon, Duplicates.Threshold);
    }

    private static void AssertFound(DuplicateKind kind, Image other)
    {
        var group = Assert.Single(Duplicates.Groups([new NamedIcon("a", Original), new("b", Pictures.Smooth(64, 64, 2)), new("c", other)]));

        Assert.Equal(("a,c", kind), (string.Join(',', group.Names), group.Kind));
        Assert.InRange(group.MeanAbsoluteError, 0, Duplicates.Threshold);
    }
}
