using IconDiffusion.Generators.Training;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Work;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Silo.Tests.Work;

/// <summary>Reports of a real run, made where it is and where it is not.</summary>
public sealed class ReportWorkTests : IDisposable
{
    private readonly TinyOrders _tiny = new(figures: EvaluationFigures.All);
    private readonly Workbench _bench = new(ComputeDevice.Open("cpu", threads: 1));
    private readonly RunResult _result;

    public ReportWorkTests()
    {
        var training = Done<TrainingDone>(_tiny.Train().Spec).Summary;
        var sampling = Done<SamplesDone>(_tiny.Sample().Spec).Summary;
        _result = Done<EvaluationDone>(_tiny.Evaluate(training, sampling).Spec).Result;
    }

    public void Dispose()
    {
        _bench.Dispose();
        _tiny.Dispose();
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void AReportOfTheSameResults_IsOnlyRead_AndOneThatIsHalfThereIsMadeWhole()
    {
        var order = _tiny.Report(1, _result);
        var first = Done<ReportDone>(order.Spec).Summary;
        var files = Files(_tiny.Data, first);
        Assert.Equal(
            ["figure2.png", "report.csv", "report.html", "report.json", "report.md", "report.tex", "results.json", "table.json", "table.md"],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((true, 0), (first.IsWhole, first.Missing.Count));
        Assert.Equal(first, Done<ReportDone>(order.Spec, report: _ => Assert.Fail("It was there.")).Summary);

        // Killed before its last file, and with another damaged.
        File.Delete(InReport("report-summary.json"));
        File.WriteAllText(InReport("report.html"), "<!doc");
        Assert.Null(ReportStage.Read(_tiny.Data, "tiny-01234567"));
        Assert.Equal(first, Done<ReportDone>(order.Spec).Summary);
        Assert.Equal(files, Files(_tiny.Data, first));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void WhatCannotBeHad_IsNamed_AndIsInTheNextReportOnceItCan()
    {
        var order = _tiny.Report(1, _result);
        var gone = _tiny.Folder().SampleFile(_tiny.Spec.Sampling.Sampler, 0);
        File.Move(gone, gone + ".away");

        var lacking = Done<ReportDone>(order.Spec).Summary;
        Assert.False(lacking.IsWhole);
        Assert.Contains(_tiny.RunId, Assert.Single(lacking.Missing), StringComparison.Ordinal);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(lacking.Missing[0]), File.ReadAllText(InReport("report.html")), StringComparison.Ordinal);
        Assert.DoesNotContain("figure2.png", lacking.Files);

        File.Move(gone + ".away", gone);
        Assert.Equal((true, 0), (Done<ReportDone>(order.Spec).Summary is var whole && whole.IsWhole, whole.Missing.Count));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void ARunWithoutNoveltyReport_IsNamed_AndItsFiguresAreOnThePage()
    {
        File.Delete(Path.Combine(_tiny.Folder().Result(_tiny.Spec), NoveltyReport.FileName));

        var summary = Done<ReportDone>(_tiny.Report(1, _result).Spec).Summary;

        Assert.Contains(_tiny.RunId, Assert.Single(summary.Missing), StringComparison.Ordinal);
        Assert.Contains(new Table2([_result]).Write(TableFormat.Html), File.ReadAllText(InReport("report.html")), StringComparison.Ordinal);
        Assert.DoesNotContain("report.json", summary.Files);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void AnAttemptThatANewerOneSuperseded_WritesNothingMore()
    {
        var order = _tiny.Report(1, _result);
        var (old, newer) = (Fence(order.Spec, 1), Fence(order.Spec, 2));

        Assert.Throws<SupersededException>(() => Done<ReportDone>(order.Spec, fence: old, report: progress =>
        {
            if (progress.Done == 2) newer.Enter(takeOver: true);
        }));

        Assert.False(File.Exists(InReport("report.html")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void AtASiloWithAFolderOfItsOwn_TheReportIsTheSame_AndLiesInTheStoreWhole()
    {
        var store = ArtifactStores.Open(Directory.CreateDirectory(_tiny["store"]).FullName);
        var alone = Files(_tiny.Data, Done<ReportDone>(_tiny.Report(1, _result).Spec).Summary);
        Directory.Delete(_tiny.Data.Experiments, recursive: true);
        var here = new StoreTransfer(store, _tiny.Data, "here", TimeProvider.System);
        foreach (var order in new[] { _tiny.Train(), _tiny.Sample(), _tiny.Evaluate(_result.Training, _result.Sampling) })
        {
            here.Fetch(order, default);
            here.Publish(order, default);
        }
        var (data, there) = (new DataFolder(_tiny["there"]), new StoreTransfer(store, new(_tiny["there"]), "there", TimeProvider.System));
        File.Copy(new IconDiffusion.Data.DatasetStore(_tiny.Data.Datasets).PathOf(_tiny.Dataset.Fingerprint), Directory.CreateDirectory(_tiny["store/datasets"]).FullName + $"/{_tiny.Dataset.Fingerprint}.icons");

        var report = _tiny.Report(1, _result);
        there.Fetch(report, default);
        var summary = Done<ReportDone>(report.Spec, data: data, fetch: path => there.Fetch(path, default)).Summary;
        there.Publish(report, default);

        Assert.Equal((true, 0), (summary.IsWhole, summary.Missing.Count));
        Assert.Equal(alone, Files(data, summary));
        Assert.Equal(alone, Files(new(_tiny["store"]), summary));

        // A run that nobody has shared is named.
        var other = Done<ReportDone>(_tiny.Report(2, _result, _result with { RunId = "0123456789ab" }).Spec, data: data, fetch: path => there.Fetch(path, default)).Summary;
        Assert.Contains("0123456789ab", Assert.Single(other.Missing), StringComparison.Ordinal);
        Assert.False(other.IsWhole);
    }

    private string InReport(string file) => Path.Combine(_tiny.Data.Experiment("tiny-01234567"), file);

    private AttemptFence Fence(WorkSpec work, int attempt) => new(Stage.AttemptFile(_tiny.Data, work), "report", attempt, "here");

    private static Dictionary<string, string> Files(DataFolder data, ReportSummary summary) =>
        summary.Files.ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(data.Experiment("tiny-01234567"), file)))));

    private T Done<T>(WorkSpec work, DataFolder? data = null, Action<string>? fetch = null, AttemptFence? fence = null, Action<WorkProgress>? report = null)
        where T : WorkOutcome => Assert.IsType<T>(Stage.Of(work).Run(work, new()
        {
            Data = data ?? _tiny.Data, Bench = _bench, Fence = fence, Fetch = fetch ?? (_ => { }), Report = report ?? (_ => { }), Warn = Assert.Fail,
        }, default));
}
