using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Tests.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Tests.Publishing;

/// <summary>A tiny run, trained and drawn from, with a report that calls icons 2 and 5 of its ten copies.</summary>
public sealed class PublishableRun : IDisposable
{
    public static readonly Consent Terms = new("A. Painter <&> *co*", "CC BY 4.0", "research");

    private readonly TinyWork _tiny = new();

    /// <param name="consent">Null: none comes with the icons.</param>
    public PublishableRun(Consent? consent)
    {
        new DatasetStore(_tiny.Data.Datasets).Save(new(_tiny.Dataset.Spec, _tiny.Dataset.Training, consent: consent));
        var training = TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        Run.Draw(10, _tiny.Bench.Device, (_, _) => { }, default);
        Result = Results.Make([1, 2], fid: 12.5, mae: 24, []) with
        {
            RunId = _tiny.RunId,
            Spec = _tiny.Spec,
            DatasetFingerprint = _tiny.Dataset.Fingerprint,
            Training = training,
        };
        Write(Result, RunReport.ResultFile);
        Write(Report(), NoveltyReport.FileName);
    }

    public TrainedRun Run => TrainedRun.Find(_tiny.Data, _tiny.RunId);

    public RunResult Result { get; }

    public DataFolder Data => _tiny.Data;

    public RunFolder Folder => _tiny.Folder;

    /// <summary>A place to publish to.</summary>
    public string To => Path.Combine(Data.Path, "published");

    public void Write(NoveltyReport report) => Write(report, NoveltyReport.FileName);

    /// <param name="copies">Icons that are copies, each of the training icon of its number.</param>
    /// <param name="shiftedSeen">How many of ten shifted copies the rule finds.</param>
    /// <param name="heldOutSeen">How many of four held-out icons it takes for copies.</param>
    public static NoveltyReport Report(int[]? copies = null, int shiftedSeen = 10, int heldOutSeen = 0)
    {
        copies ??= [2, 5];
        NoveltyRow Row(SetKind kind, bool isControl, int count, int seen) =>
            new(kind, isControl, count, seen, [new("copies", (double)seen / count, 0, 1, count, 10)], []);
        return new()
        {
            Title = "tiny",
            Settings = new(),
            TrainingCount = 10,
            GeneratedCount = 10,
            HeldOutCount = 4,
            ImageSize = 16,
            Features = "random",
            Verdict = new($"Of 10 icons, {copies.Length} lie closer.", copies.Length, 10, 3.2, ["The same rule finds the shifted copies."]),
            Rows = [Row(SetKind.Generated, false, 10, copies.Length), Row(SetKind.Copycat, true, 10, 10), Row(SetKind.Shifted, true, 10, shiftedSeen), Row(SetKind.HeldOut, true, 4, heldOutSeen)],
            Calibration = [],
            Icons =
            [
                .. Enumerable.Range(0, 10).Select(i => new IconNovelty(i, copies.Contains(i),
                [
                    new(DistanceSpace.Pixel, 9, "noise 9", 20, 30, 50), new(DistanceSpace.Aligned, i, $"noise {i}", 1.5, 30, 0, Mirrored: i == 5, ShiftX: 2),
                ], new(1, 1))),
            ],
            Duplicates = [new([3, 4], 1)],
            Notes = [],
        };
    }

    public void Dispose() => _tiny.Dispose();

    private void Write<T>(T content, string name)
    {
        Directory.CreateDirectory(_tiny.Folder.Result(_tiny.Spec));
        File.WriteAllText(Path.Combine(_tiny.Folder.Result(_tiny.Spec), name), JsonSerializer.Serialize(content, SpecJson.Indented));
    }
}
