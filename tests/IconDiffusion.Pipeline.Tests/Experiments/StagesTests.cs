using IconDiffusion.Data;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Generators.Training;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Tests.Experiments;

[Collection(nameof(TrainingCollection))]
public sealed class StagesTests : IDisposable
{
    private readonly TinyWork _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Batches_InAnyOrder_ComeToTheScoresOfTheWholeSet()
    {
        var training = TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        foreach (var (first, count) in new[] { (8, 2), (0, 4), (4, 4) })
            SampleStage.Run(_tiny.Batch(first, count), _tiny.Context(), default);
        var result = EvaluationStage.Run(_tiny.Evaluation(training), _tiny.Context(), default);

        var generated = SampleStage.Read(_tiny.Folder, _tiny.Spec.Sampling.Sampler, 0, 10);
        var whole = new Evaluator(_tiny.Bench.Features(_tiny.Spec.Evaluation, _tiny.Data)).Evaluate(
            generated, _tiny.Dataset.Training.Pixels, _tiny.Dataset.Fingerprint, default).Scores;
        Assert.Equal((whole.Fid, whole.Mae, whole.MaeMirrored), (result.Scores.Fid, result.Scores.Mae, result.Scores.MaeMirrored));
        Assert.Equal(training.WeightsHash, result.Training.WeightsHash);
    }

    [Fact]
    public void ARunThatIsToldTags_KeepsThemWithItself_AndDrawsByThem()
    {
        using var told = new TinyWork(TinyRun.Spec("ddpm tags", steps: 2));
        TrainingStage.Run(told.Training, told.Context(), default);
        SampleStage.Run(told.Batch(0, 3), told.Context(), default);

        Assert.Equal(told.Dataset.Tags, IconTags.Read(told.Folder));
        Assert.Equal(3, SampleStage.Read(told.Folder, told.Spec.Sampling.Sampler, 0, 3).Count);
        Assert.False(File.Exists(_tiny.Folder.TagsFile));
    }

    [Fact]
    public void WorkThatIsDone_IsOnlyRead()
    {
        var training = Everything();
        var before = TinyWork.Hashes(_tiny.Folder.Path);
        var result = EvaluationStage.Run(_tiny.Evaluation(training), _tiny.Context(), default);

        Assert.Equal(training with { Time = default }, Everything() with { Time = default });
        Assert.Equal(result, EvaluationStage.Run(_tiny.Evaluation(training), _tiny.Context(), default));
        foreach (var (file, hash) in TinyWork.Hashes(_tiny.Folder.Path))
            if (file is not "run.owner.txt") Assert.Equal((file, hash), (file, before[file]));
    }

    [Fact]
    public void AResultWithoutANoveltyReport_GetsOne_AndKeepsItsFigures()
    {
        var spec = _tiny.Spec with { Evaluation = _tiny.Spec.Evaluation with { Figures = EvaluationFigures.All } };
        var work = _tiny.Evaluation(Everything()) with { Run = spec };
        var before = EvaluationStage.Run(work, _tiny.Context(), default);
        var file = Path.Combine(_tiny.Folder.Result(spec), NoveltyReport.FileName);
        var text = File.ReadAllText(file);
        File.Delete(file);
        var reports = new List<WorkProgress>();

        var after = EvaluationStage.Run(work, _tiny.Context(reports.Add), default);

        var novelty = NoveltyReport.Read(_tiny.Folder.Result(spec));
        Assert.Equal(text, File.ReadAllText(file));
        Assert.Equal(before, after);
        Assert.Equal((10, _tiny.Dataset.Count), (novelty!.GeneratedCount, novelty.TrainingCount));
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.True(pair.First.Done <= pair.Second.Done));
    }

    [Fact]
    public void AnIconOrFeaturesThatAreGone_ComeBackAsTheyWere()
    {
        var training = Everything();
        var before = TinyWork.Hashes(_tiny.Folder.Path);
        File.Delete(_tiny.Folder.SampleFile(_tiny.Spec.Sampling.Sampler, 5));
        Directory.Delete(_tiny.Folder.SampleFeatures(_tiny.Spec.Sampling.Sampler), recursive: true);
        Directory.Delete(_tiny.Folder.Result(_tiny.Spec), recursive: true);

        SampleStage.Run(_tiny.Batch(4, 4), _tiny.Context(), default);
        EvaluationStage.Run(_tiny.Evaluation(training), _tiny.Context(), default);
        var after = TinyWork.Hashes(_tiny.Folder.Path);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        foreach (var (file, hash) in after)
            if (Path.GetFileName(file) is not ("result.json" or "run.owner.txt")) Assert.Equal((file, hash), (file, before[file]));
    }

    [Fact]
    public void ProgressOfEveryStage_EndsAtItsTotal()
    {
        var ends = new Dictionary<double, double>();
        Everything(report => ends[report.Total] = report.Done);
        Assert.Equal([2, 4, 6, 20], ends.Keys.Order());  // the last batch, the others, steps, icons of both sets
        Assert.All(ends, end => Assert.Equal(end.Key, end.Value));
    }

    [Fact]
    public void ATraining_WhoseRunANewerAttemptTookOver_WritesNothingMore()
    {
        var fence = new AttemptFence(_tiny.Folder.AttemptFile(), "training", 1, "here");
        var newer = new AttemptFence(fence.Path, "training", 2, "there");
        var context = _tiny.Context(report: progress => { if (progress.Step == 1) newer.Enter(takeOver: true); }, fence);

        var error = Assert.Throws<SupersededException>(() => TrainingStage.Run(_tiny.Training, context, default));
        Assert.Equal("Attempt 1 at training on here was superseded by attempt 2 at training on there; it has written nothing since.", error.Message);
        Assert.False(File.Exists(_tiny.Folder.WeightsFile));
        Assert.Null(_tiny.Folder.NewestCheckpoint());
    }

    [Fact]
    public void AnAttempt_WaitsForTheRunsOtherWriterToEnd()
    {
        var writer = RunLock.Take(_tiny.Folder);
        var release = new Timer(_ => writer.Dispose(), null, 300, Timeout.Infinite);
        var context = _tiny.Context() with { Patience = TimeSpan.FromMinutes(1) };
        Assert.Equal(6, TrainingStage.Run(_tiny.Training, context, default).Steps);
        release.Dispose();
    }

    [Fact]
    public void CancelledTraining_GoesOnFromItsCheckpoint()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            TrainingStage.Run(_tiny.Training, _tiny.Context(report: progress => { if (progress.Step == 1) stop.Cancel(); }), stop.Token));
        Assert.Equal(1, _tiny.Folder.NewestCheckpoint());
        Assert.Equal(6, TrainingStage.Run(_tiny.Training, _tiny.Context(), default).Steps);
    }

    private IconDiffusion.Specs.TrainingSummary Everything(Action<WorkProgress>? report = null)
    {
        var training = TrainingStage.Run(_tiny.Training, _tiny.Context(report), default);
        foreach (var (first, count) in new[] { (0, 4), (4, 4), (8, 2) })
            SampleStage.Run(_tiny.Batch(first, count), _tiny.Context(report), default);
        EvaluationStage.Run(_tiny.Evaluation(training), _tiny.Context(report), default);
        return training;
    }
}
