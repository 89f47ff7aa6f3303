using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;

namespace IconDiffusion.Reports.Tests;

public sealed class RunReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folder_HoldsResultSheetAndGallery()
    {
        var (generated, training) = (NoisyIcons.Make(5, 16, 1), NoisyIcons.Make(3, 16, 2));
        var result = Results.Make([1, 2, 4, 8], fid: 1.0 / 3, mae: 2, notes: ["a note"]);
        var best = new BestIcons([new(4, new NearestMatch(1, 3, Mirrored: true), Faithful: true)], 1, 5);

        RunReport.Write(_folder, result, generated, training, new(result.Scores, NearestNeighbour.Find(generated, training), best));

        Assert.Equal(result, RunReport.ReadResult(_folder));
        Assert.Equal(best, RunReport.ReadBest(_folder));
        Assert.Equal(
            [RunReport.BestIconsFile, RunReport.ContactSheetFile, RunReport.GalleryFile, RunReport.ResultFile],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.True(ImageFile.Probe(Path.Combine(_folder, RunReport.GalleryFile)).Height
            > ImageFile.Probe(Path.Combine(_folder, RunReport.ContactSheetFile)).Height);
    }

    [Fact]
    public void Gallery_ShowsTheFirstTheLeastAndTheMostNovel()
    {
        var nearest = Enumerable.Range(0, 40).Select(i => new NearestMatch(0, (i * 7 + 3) % 40)).ToArray();
        var order = GalleryOrder.Of(nearest);
        Assert.Equal(Enumerable.Range(0, 12), order.Take(12));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (double)i), order.Skip(12).Take(12).Select(i => nearest[i].Distance));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => 39.0 - i), order.Skip(24).Select(i => nearest[i].Distance));
    }

    [Fact]
    public void MatchesOfOtherIcons_AreRefused() => Assert.Throws<ArgumentException>(() => RunReport.WritePictures(
        _folder, NoisyIcons.Make(2, 16, 1), NoisyIcons.Make(2, 16, 2), []));
}
