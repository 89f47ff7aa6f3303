using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public class HumanFacesTests
{
    [Fact]
    public void EarlyAndNewFaces_TogetherAreAll()
    {
        var (early, @new) = (HumanFaces.Of(FaceRelease.Early), HumanFaces.Of(FaceRelease.New));

        Assert.Equal((372, 246, 618), (early.Count, @new.Count, HumanFaces.All.Count));
        Assert.Equal(HumanFaces.All.ToHashSet(), early.Concat(@new).ToHashSet());
    }

    [Theory]
    [InlineData("man-beard-medium", "1F9D4 1F3FD 200D 2642 FE0F", 13.1)]  // man: medium skin tone, beard
    [InlineData("woman-health", "1F469 200D 2695 FE0F", 4.0)]
    [InlineData("person-health-dark", "1F9D1 1F3FF 200D 2695 FE0F", 12.1)]
    [InlineData("woman-veil", "1F470 200D 2640 FE0F", 13.0)]
    public void AFace_HasTheCodePointsAndVersionOfUnicodesList(string name, string codePoints, double version) =>
        Assert.Equal(new HumanFace(name, codePoints, version), HumanFaces.All.Single(face => face.Name == name));

    [Fact]
    public void EachPartOfTheNotoFaces_IsRendered()
    {
        var early = DatasetSource.Prepare(new NotoFacesSpec { Release = FaceRelease.Early, HeldOut = 0, ImageSize = 16 }, TimeProvider.System);
        var @new = DatasetSource.Prepare(new NotoFacesSpec { Release = FaceRelease.New, HeldOut = 0, ImageSize = 16 }, TimeProvider.System);

        Assert.Equal((372, 246), (early.Count, @new.Count));
        Assert.Empty(early.Training.Names.Intersect(@new.Training.Names));
    }

    // Trained models are found by it. Pixels of no font, so that it holds on every machine; worked out with Python's hashlib.
    [Fact]
    public void TheFingerprintOfAllFaces_StaysWhatItWas() => Assert.Equal(
        "cf21ed8a875dd007ef5ef6668b0e8dcba433785869434a03ea1091617c256208",
        new IconDataset(new NotoFacesSpec { ImageSize = 2 }, new(["a", "b"], new((byte[])[.. Enumerable.Range(0, 24).Select(i => (byte)i)], 2))).Fingerprint);
}
