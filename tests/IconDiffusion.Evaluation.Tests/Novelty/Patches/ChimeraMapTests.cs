using IconDiffusion.Data.Sources;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Patches;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Novelty.Patches;

public class ChimeraMapTests
{
    private const int Size = 64;

    // Every sixth face: one skin tone, so that each face is another person.
    private static readonly Lazy<IconPixels> Faces = new(() =>
    {
        var faces = NotoFaces.Prepare(new NotoFacesSpec { Count = 60 * 6, ImageSize = Size, HeldOut = 0 });
        return AlignedDistanceTests.Take(faces.Training.Pixels, Enumerable.Range(0, 60).Select(i => i * 6 + 2));
    });

    private static IconPixels Training => AlignedDistanceTests.Take(Faces.Value, Enumerable.Range(0, 40));

    [Fact]
    public void Copy_HasOneSource()
    {
        var found = ChimeraMap.Find(AlignedDistanceTests.Take(Training, [7, 20]), Training, 4, default);

        Assert.Equal([(1, 1.0), (1, 1.0)], found.Select(each => (each.Distinct, each.LargestShare)));
        Assert.Equal([-1, 7], found[0].Map!.Icons.Distinct().Order());
        Assert.All(found[0].Map!.Distances, distance => Assert.Equal(0, distance));
    }

    [Fact]
    public void Collage_HasItsTwoSourcesSideBySide()
    {
        var collage = Training.ToImage(3);
        collage.Draw(Training.ToImage(30).Crop(Size / 2, 0, Size / 2, Size), Size / 2, 0);

        var found = ChimeraMap.Find(IconPixels.From([collage]), Training, 4, default).Single();

        Assert.Equal(2, found.Distinct);
        Assert.InRange(found.LargestShare, 0.4, 0.7);
        var icons = found.Map!.Icons.Select((icon, patch) => (icon, IsLeft: patch % 8 < 4)).Where(each => each.icon >= 0);
        // Where the halves agree, one of them explains both sides of the cut.
        Assert.InRange(icons.Count(each => each.icon == (each.IsLeft ? 3 : 30)) / (double)icons.Count(), 0.9, 1);
    }

    [Fact]
    public void OtherFaces_HaveSeveralSourcesFarAway()
    {
        var found = ChimeraMap.Find(AlignedDistanceTests.Take(Faces.Value, Enumerable.Range(40, 20)), Training, 4, default);

        Assert.All(found, each => Assert.InRange(each.Distinct, 2, 64));
        Assert.True(found.Average(each => each.Distinct) > 3);
        Assert.InRange(found.Average(each => each.LargestShare), 0.2, 0.8);
        Assert.All(found, each => Assert.True(Distance(each) > 1));
    }

    [Fact]
    public void Noise_IsFarFromEverySource() =>
        Assert.All(ChimeraMap.Find(Controls.Noise(3, Size, seed: 1), Training, 4, default), each => Assert.InRange(Distance(each), 20, 255));

    [Fact]
    public void MirroredCopyMovedByWholePixels_HasOneSource()
    {
        var moved = new Image(Size, Size, Rgb.White);
        moved.Draw(Training.ToImage(12).Mirrored().Crop(0, 0, Size - 2, Size - 2), 2, 2);

        var found = ChimeraMap.Find(IconPixels.From([moved]), Training, 4, default).Single();

        Assert.Equal((1, 12), (found.Distinct, found.Map!.Icons.Max()));
    }

    [Fact]
    public void EmptyIcon_HasNoSource()
    {
        var found = ChimeraMap.Find(IconPixels.From([new Image(Size, Size, Rgb.Black)]), Training, 4, default).Single();

        Assert.Equal((0, 0.0), (found.Distinct, found.LargestShare));
        Assert.All(found.Map!.Icons, icon => Assert.Equal(-1, icon));
    }

    [Fact]
    public void OtherSizes_AreComparedAt64Pixels()
    {
        var icons = AlignedDistanceTests.Icons(5, 30);
        Assert.All(ChimeraMap.Find(icons, icons, 2, default), each => Assert.Equal((1, 1.0), (each.Distinct, each.LargestShare)));
    }

    [Fact]
    public void PortableSum_IsTheVectorSum()
    {
        var (icon, reference) = (PatchGrid.Prepare(Training.ToImage(0), Rgb.White, 0), PatchGrid.Prepare(Training.ToImage(1), Rgb.White, 2));
        var stride = (PatchGrid.Pixels + 4) * 4;
        var least = Enumerable.Range(0, 25).Min(i => PatchGrid.Sum(icon.AsSpan((8 * 64 + 16) * 4), reference.AsSpan((8 + i / 5) * stride + (16 + i % 5) * 4), stride));
        Assert.Equal(least, PatchGrid.Least(icon, patch: 10, reference, margin: 2));
    }

    [Fact]
    public void IconsOfTwoSizes_AreNotCompared() =>
        Assert.Throws<ArgumentException>(() => ChimeraMap.Find(AlignedDistanceTests.Icons(1, 16), Training, 1, default));

    private static double Distance(PatchSources sources) => sources.Map!.Distances.Where((_, i) => sources.Map.Icons[i] >= 0).Average();
}
