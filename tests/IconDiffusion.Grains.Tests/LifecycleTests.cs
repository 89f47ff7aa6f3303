using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class LifecycleTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    [SkippableFact]
    public async Task AnExperiment_GoesFromTrainingOverSamplesToScores_CellByCell()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("two", cells: 2);
        var experiment = await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);

        // Later stages of the first cell go before the second cell.
        WorkKind[] stages = [WorkKind.Training, WorkKind.Samples, WorkKind.Samples, WorkKind.Evaluation];
        Assert.Equal([.. stages, .. stages], Disk.Finished.Select(work => work.Kind));
        Assert.Equal(Enumerable.Repeat(TestSpecs.RunId(spec, 0), 4).Concat(Enumerable.Repeat(TestSpecs.RunId(spec, 1), 4)),
            Disk.Finished.Select(work => work.Key[..12]));
        var results = await experiment.GetResultsAsync();
        Assert.Equal([1.0, 2.0], results.Select(result => result.Scores.Fid));
        Assert.Equal(4, results[0].Sampling.Count);
        Assert.Equal(2 * Outcomes.BatchTime, results[0].Sampling.Time);
        Assert.Equal(Outcomes.Training(TestSpecs.RunId(spec, 0)), results[0].Training);
        Assert.Equal((RunIdentity.Experiment(spec), 2), Disk.Tables.Last());
    }

    [SkippableFact]
    public async Task ACellThatStartsFromAnother_IsTrainedAfterIt_FromItsWeights()
    {
        var spec = TestSpecs.Transfer("transfer");
        await Cluster.SubmitAsync(spec);
        var source = await RunningAsync(WorkKind.Training);
        Assert.Equal(TestSpecs.RunId(spec, 1), ((RunWork)source.Spec).RunId);
        var waiting = (await StatusAsync(spec)).Cells[0];
        Assert.Equal(CellState.Waiting, waiting.State);
        Assert.Contains(TestSpecs.RunId(spec, 1), waiting.WaitsFor);

        Silo.Automatic = true;
        await DoneAsync(Silo, source);
        await FinishedAsync(spec);

        Assert.Equal([TestSpecs.RunId(spec, 1), TestSpecs.RunId(spec, 0)], Disk.Finished.Where(work => work.Kind == WorkKind.Training).Select(work => work.Key[..12]));
        Assert.Equal([TestSpecs.RunId(spec, 1), null], (await Cluster.Experiment(spec).GetResultsAsync()).Select(result => result.Spec.Training.From));
    }

    [SkippableFact]
    public async Task EveryKindOfWork_HasAGrainOfItsOwn()
    {
        var homes = await Task.WhenAll(WorkKind.All.Select(kind => Cluster.Grains.GetWork(new(kind, "nothing@any")).GetStatusAsync()));
        Assert.All(homes, status => Assert.Equal(WorkPhase.None, status.Phase));
    }

    [SkippableFact]
    public async Task TablesThatCannotBeWritten_DoNotKeepAnExperimentFromEnding()
    {
        Silo.Automatic = true;
        Disk.IsFull = true;
        var spec = TestSpecs.Grid("full", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);

        await FinishedAsync(spec);

        Assert.Empty(Disk.Tables);
        Assert.Single(await experiment.GetResultsAsync());
    }

    [SkippableFact]
    public async Task ACellThatWaits_IsTakenToWorkNoLongerThanItsBudget()
    {
        var spec = TestSpecs.Grid("short", cells: 2);
        spec = spec with { Runs = [spec.Runs[0], spec.Runs[1] with { Training = spec.Runs[1].Training with { Budget = TimeSpan.FromMinutes(20) } }] };
        await Cluster.SubmitAsync(spec);
        var training = await RunningAsync(WorkKind.Training);
        Assert.True(await Cluster.Grains.GetWork(training.Work).ReportAsync(1, new() { Done = 25, Total = 100, Step = 25, Worked = TimeSpan.FromMinutes(15) }));

        Assert.Equal(TimeSpan.FromMinutes(45 + 20), (await StatusAsync(spec)).TimeLeft);
    }

    [SkippableFact]
    public async Task AStatus_TellsWhereEachCellIsAndHowFar()
    {
        var spec = TestSpecs.Grid("status", cells: 2);
        await Cluster.SubmitAsync(spec);
        var training = await RunningAsync(WorkKind.Training);
        var progress = new WorkProgress { Done = 25, Total = 100, Step = 25, Loss = 0.5, Worked = TimeSpan.FromMinutes(15) };
        Assert.True(await Cluster.Grains.GetWork(training.Work).ReportAsync(1, progress));
        var status = await StatusAsync(spec);
        var (first, second) = (status.Cells[0], status.Cells[1]);
        Assert.Equal((CellState.Training, "a cpu", 1, "ddpm 8 (1,2) seed 1"), (first.State, first.Where, first.Attempts, first.Label));
        Assert.Equal(progress, first.Progress);
        Assert.Equal((CellState.Waiting, null, null), (second.State, second.Where, second.WaitsFor));

        // The second cell is taken to train as long as the first, one after the other.
        Assert.Equal(TimeSpan.FromMinutes(45 + 60), status.TimeLeft);

        await DoneAsync(Silo, training);
        var batch = await RunningAsync(WorkKind.Samples);
        await Cluster.Grains.GetWork(batch.Work).ReportAsync(1, new() { Done = 100, Total = 200 });
        first = (await StatusAsync(spec)).Cells[0];
        Assert.Equal((CellState.Sampling, 1.0, 4.0), (first.State, first.Progress!.Done, first.Progress.Total));
        await DoneAsync(Silo, batch);
        await DoneAsync(Silo, await RunningAsync(WorkKind.Samples));
        var evaluation = await RunningAsync(WorkKind.Evaluation);
        Assert.Equal(CellState.Evaluating, (await StatusAsync(spec)).Cells[0].State);
        await DoneAsync(Silo, evaluation);
        await RunningAsync(WorkKind.Training);
        first = (await StatusAsync(spec)).Cells[0];
        Assert.Equal((CellState.Done, 1.0), (first.State, first.Scores!.Fid));
    }

    [SkippableFact]
    public async Task WhatIsDone_IsNotRunAgain_WhenSubmittedAgain()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("again", cells: 2);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        var started = Disk.Started.Count;
        await Cluster.SubmitAsync(spec);
        Assert.Equal(ExperimentState.Finished, (await StatusAsync(spec)).State);

        // Another experiment with the same runs finds them done.
        var other = spec with { Name = "other" };
        await Cluster.SubmitAsync(other);
        await FinishedAsync(other);
        Assert.Equal(2, (await Cluster.Experiment(other).GetResultsAsync()).Count);
        Assert.Equal(started, Disk.Started.Count);
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task SubmittedTwiceAtOnce_EachPieceOfWorkIsStartedOnce()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("twice", cells: 3);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Cluster.SubmitAsync(spec)));
        await FinishedAsync(spec);
        Assert.Equal(3 * 4, Disk.Started.Count);
        Assert.Equal(3 * 4, Disk.Started.Distinct().Count());
    }

    [SkippableFact]
    public async Task EqualCells_ShareTheirWork()
    {
        Silo.Automatic = true;
        var one = TestSpecs.Grid("equal", cells: 1);
        var spec = one with { Runs = [one.Runs[0], one.Runs[0], one.Runs[0] with { Sampling = one.Runs[0].Sampling with { Count = 2 } }] };
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);

        // One training, the two batches of the first two cells, of which the third needs the first, and two evaluations.
        Assert.Equal(1 + 2 + 2, Disk.Started.Count);
        Assert.Equal([4, 4, 2], (await Cluster.Experiment(spec).GetResultsAsync()).Select(result => result.Sampling.Count));
        Assert.Equal(["ddpm 8 (1,2), count 4", "ddpm 8 (1,2), count 4", "ddpm 8 (1,2), count 2"], (await StatusAsync(spec)).Cells.Select(cell => cell.Label));
    }

    // After one batch of 10 minutes the second is likely to end at 20, after two the third at 30.
    [SkippableTheory]
    [InlineData(29, 4)]
    [InlineData(30, 6)]
    [InlineData(1, 2)]
    public async Task Sampling_EndsWithTheBatchesThatAreLikelyToFitTheBudget(int minutes, int icons)
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("budget", cells: 1, icons: 6, samplingBudget: TimeSpan.FromMinutes(minutes));
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        var result = (await Cluster.Experiment(spec).GetResultsAsync()).Single();
        Assert.Equal(icons, result.Sampling.Count);
        Assert.Equal(icons / 2 * Outcomes.BatchTime, result.Sampling.Time);
        Assert.Equal(icons / 2, Disk.Started.Count(work => work.Contains('-', StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task TheLastBatch_HasTheIconsThatAreLeft()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("odd", cells: 1, icons: 5, batchSize: 2);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        var batches = Disk.Finished.Where(work => work.Kind == WorkKind.Samples).Select(work => work.Key.Split('/')[2]);
        Assert.Equal(["0-2@any", "2-2@any", "4-1@any"], batches.Order(StringComparer.Ordinal));
        Assert.Equal(5, (await Cluster.Experiment(spec).GetResultsAsync()).Single().Sampling.Count);
    }

    [SkippableFact]
    public async Task TheList_KnowsAllExperiments_NewestFirst()
    {
        Silo.Automatic = true;
        var (one, two) = (TestSpecs.Grid("one", cells: 1), TestSpecs.Grid("two", cells: 2));
        await Cluster.SubmitAsync(one);
        Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        await Cluster.SubmitAsync(two);
        await FinishedAsync(one);
        await FinishedAsync(two);
        List<ExperimentSummary> list = [];
        await Cluster.UntilAsync(async () =>
            (list = await Cluster.Grains.GetGrain<IExperimentIndexGrain>("default").ListAsync()).All(e => e.State == ExperimentState.Finished),
            "both are listed as finished");
        Assert.Equal([("two", 2, 2, 0), ("one", 1, 1, 0)], list.Select(e => (e.Name, e.Cells, e.Done, e.Failed)));
    }

    [SkippableFact]
    public async Task AnotherDataSet_MakesOtherRunsOfTheSameExperiment()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("data", cells: 1);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        await Cluster.Experiment(spec).SubmitAsync(new() { Experiment = spec, Fingerprints = [new string('b', 64)] });
        await FinishedAsync(spec);
        Assert.Equal(2, Disk.Finished.Count(work => work.Kind == WorkKind.Training));
        Assert.Equal(new string('b', 64), (await Cluster.Experiment(spec).GetResultsAsync()).Single().DatasetFingerprint);
    }

    [SkippableFact]
    public async Task ASubmissionWithoutFingerprints_IsRefused()
    {
        var spec = TestSpecs.Grid("bare", cells: 2);
        var failure = await Assert.ThrowsAsync<ArgumentException>(() =>
            Cluster.Experiment(spec).SubmitAsync(new() { Experiment = spec, Fingerprints = ["x", null] }));
        Assert.Contains("1 fingerprints of data sets; wanted one for each of its 2 runs", failure.Message, StringComparison.Ordinal);
        Assert.Null(await Cluster.Experiment(spec).GetStatusAsync());
    }
}

public sealed class LifecycleInOrder : LifecycleTests;

[Trait("Speed", "Slow")]
public sealed class LifecycleShuffled() : LifecycleTests(shuffled: true);

public sealed class LifecycleOnPostgres() : LifecycleTests(onPostgres: true);
