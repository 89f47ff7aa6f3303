using IconDiffusion.Engine.Data;
using IconDiffusion.Engine.Imaging;
using IconDiffusion.Engine.Tests.Imaging;

namespace IconDiffusion.Engine.Tests.Data;

public class DuplicatesTests
{
    private static readonly Image Original = Pictures.Smooth(64, 64, seed: 1);

    [Fact]
    public void DifferentPictures_AreNoDuplicates() =>
        Assert.Empty(Duplicates.Find(Enumerable.Range(0, 30).Select(seed => new NamedIcon($"{seed}", Pictures.Smooth(64, 64, seed))).ToList()));

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

    private static void AssertFound(DuplicateKind kind, Image other)
    {
        var pair = Assert.Single(Duplicates.Find([new("a", Original), new("b", Pictures.Smooth(64, 64, 2)), new("c", other)]));

        Assert.Equal(("a", "c", kind), (pair.First, pair.Second, pair.Kind));
        Assert.InRange(pair.MeanAbsoluteError, 0, Duplicates.Threshold);
    }
}
