using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests.Sources;

public class NotoFacesTests
{
    private static readonly Lazy<IconDataset> Faces = new(() => DatasetSource.Prepare(new NotoFacesSpec { Count = 158, HeldOut = 0 }, TimeProvider.System));

    [Fact]
    public void HundredAndFiftyEight_AreRenderedAt128() => Assert.Equal((158, 128), (Faces.Value.Count, Faces.Value.ImageSize));

    [Fact]
    public void Faces_AreAllDifferent()
    {
        var faces = Enumerable.Range(0, 158).Select(i => new NamedIcon(Faces.Value.Training.Names[i], Faces.Value[i])).ToList();

        Assert.Equal(158, Faces.Value.Training.Names.Distinct().Count());
        Assert.Empty(Duplicates.Groups(faces));
    }

    [Fact]
    public void Rendering_IsDeterministic() =>
        Assert.Equal(Faces.Value.Fingerprint, DatasetSource.Prepare(new NotoFacesSpec { Count = 158, HeldOut = 0 }, TimeProvider.System).Fingerprint);

    [Fact]
    public void FewerFaces_AreTheFirst() => Assert.Equal(
        Faces.Value.Training.Pixels.Data[..(20 * 128 * 128 * 3)].ToArray(),
        DatasetSource.Prepare(new NotoFacesSpec { Count = 20 }, TimeProvider.System).Training.Pixels.Data.ToArray());

    [Fact]
    public void EveryFace_IsWholeAndCentredOnTheBackground()
    {
        for (var i = 0; i < 158; i++)
        {
            var face = Faces.Value[i];
            for (var k = 0; k < 128; k++)
                Assert.All([face[k, 0], face[k, 127], face[0, k], face[127, k]], edge => Assert.True(edge == Rgb.White, $"{Faces.Value.Training.Names[i]} touches the edge."));
            var columns = Enumerable.Range(0, 128).Where(x => Enumerable.Range(0, 128).Any(y => face[x, y] != Rgb.White)).ToList();
            Assert.InRange(columns[0] + columns[^1], 123, 131);
        }
    }

    [Fact]
    public void SixSkinTones_FollowEachOther() => Assert.Equal(
        ["baby", "baby-light", "baby-medium-light", "baby-medium", "baby-medium-dark", "baby-dark", "child"],
        Faces.Value.Training.Names.Take(7));

    [Fact]
    public void HeldOutFaces_AreOfTheSameKindAsThoseTrainedOn()
    {
        var dataset = DatasetSource.Prepare(new NotoFacesSpec { Count = 158, ImageSize = 8 }, TimeProvider.System);

        Assert.Equal((158, 39), (dataset.Count, dataset.HeldOut!.Count));
        Assert.Contains("baby-medium-light", dataset.HeldOut.Names);
        Assert.Contains("baby-medium", dataset.Training.Names);
    }

    [Fact]
    public void MoreThanThereAre_IsRefusedWithTheNumber() => Assert.Contains(
        "of the 618 faces; 5000 are wanted",
        Assert.Throws<DatasetException>(() => DatasetSource.Prepare(new NotoFacesSpec { Count = 5000, ImageSize = 8 }, TimeProvider.System)).Message);

    [Fact]
    public void Check_FindsNoProblem()
    {
        var report = DatasetSource.Check(new NotoFacesSpec { Count = 158, ImageSize = 32 }, TimeProvider.System);

        Assert.Equal(158, report.Icons);
        Assert.Empty(report.Problems);
    }
}
