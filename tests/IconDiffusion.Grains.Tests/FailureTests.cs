using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class FailureTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    [SkippableFact]
    public async Task ThreeFailedAttempts_ParkACell_AndTheOthersGoOn()
    {
        var spec = TestSpecs.Grid("park", cells: 2);
        await Cluster.SubmitAsync(spec);
        for (var attempt = 1; attempt <= 3; attempt++)
            await FailAsync(await RunningAsync(order => ((RunWork)order.Spec).RunId == TestSpecs.RunId(spec, 0) && order.Attempt == attempt), $"error {attempt}");
        await FinishAllAsync(spec);
        var status = await StatusAsync(spec);
        Assert.Equal([CellState.Failed, CellState.Done], status.Cells.Select(cell => cell.State));
        Assert.Equal(("error 3", 3), (status.Cells[0].Error, status.Cells[0].Attempts));
        Assert.Single(await Cluster.Experiment(spec).GetResultsAsync());
    }

    [SkippableFact]
    public async Task WhereASourceFails_WhatStartsFromItFailsToo_AndARetryBringsBoth()
    {
        var spec = TestSpecs.Transfer("orphan");
        var experiment = await Cluster.SubmitAsync(spec);
        for (var attempt = 1; attempt <= 3; attempt++)
            await FailAsync(await RunningAsync(WorkKind.Training, attempt), "no");
        await FinishedAsync(spec);
        var cells = (await StatusAsync(spec)).Cells;
        Assert.Equal([(CellState.Failed, 0), (CellState.Failed, 3)], cells.Select(cell => (cell.State, cell.Attempts)));
        Assert.Contains(TestSpecs.RunId(spec, 1), cells[0].Error);

        Assert.Equal(2, await experiment.RetryAsync());
        await FinishAllAsync(spec);

        Assert.Equal([CellState.Done, CellState.Done], (await StatusAsync(spec)).Cells.Select(cell => cell.State));
    }

    [SkippableFact]
    public async Task StagesOfACascade_AreTrainedWithoutWaiting_AndDrawFromOneAnotherOnceTheyAre()
    {
        var spec = TestSpecs.Cascade("cascade");
        var (below, stage) = (TestSpecs.RunId(spec, 0), TestSpecs.RunId(spec, 1));
        await Cluster.SubmitAsync(spec);
        // The base fails for a while: the stage is trained first.
        for (var attempt = 1; attempt <= 3; attempt++)
            await FailAsync(await RunningAsync(order => ((RunWork)order.Spec).RunId == below && order.Attempt == attempt), "no");
        await DoneAsync(Silo, await RunningAsync(order => ((RunWork)order.Spec).RunId == stage));
        await FinishedAsync(spec);
        Assert.Equal([(CellState.Failed, 3), (CellState.Failed, 0)], (await StatusAsync(spec)).Cells.Select(cell => (cell.State, cell.Attempts)));
        Assert.Contains(below, (await StatusAsync(spec)).Cells[1].Error);

        Assert.Equal(2, await Cluster.Experiment(spec).RetryAsync());
        var again = await RunningAsync(order => ((RunWork)order.Spec).RunId == below);
        var waiting = (await StatusAsync(spec)).Cells[1];
        Assert.Equal(CellState.Waiting, waiting.State);
        Assert.Contains(below, waiting.WaitsFor);

        Silo.Automatic = true;
        await DoneAsync(Silo, again);
        await FinishedAsync(spec);

        Assert.Equal([stage, below], Disk.Finished.Where(work => work.Kind == WorkKind.Training).Select(work => work.Key[..12]));
        Assert.Equal([null, below], (await Cluster.Experiment(spec).GetResultsAsync()).Select(result => result.Spec.Bases.FirstOrDefault()?.Run));
    }

    [SkippableFact]
    public async Task AFailureThatIsFollowedBySuccess_IsNotShownAtTheEnd()
    {
        var spec = TestSpecs.Grid("once", cells: 1);
        await Cluster.SubmitAsync(spec);
        await FailAsync(await RunningAsync(WorkKind.Training), "out of memory");
        var second = await RunningAsync(WorkKind.Training, attempt: 2);
        var cell = (await StatusAsync(spec)).Cells[0];
        Assert.Equal(("out of memory", 2), (cell.Error, cell.Attempts));
        await DoneAsync(Silo, second);
        await FinishAllAsync(spec);
        cell = (await StatusAsync(spec)).Cells[0];
        Assert.Equal((CellState.Done, null), (cell.State, cell.Error));
    }

    [SkippableFact]
    public async Task Retry_GivesFailedWorkThreeMoreAttempts_AndLeavesTheRest()
    {
        var spec = TestSpecs.Grid("retry", cells: 2);
        var experiment = await Cluster.SubmitAsync(spec);
        for (var attempt = 1; attempt <= 3; attempt++)
            await FailAsync(await RunningAsync(order => ((RunWork)order.Spec).RunId == TestSpecs.RunId(spec, 0) && order.Attempt == attempt), "no");
        await FinishAllAsync(spec);
        var before = Disk.Started.Count;
        Assert.Equal(1, await experiment.RetryAsync());
        Assert.Equal(0, await experiment.RetryAsync());
        for (var attempt = 4; attempt <= 5; attempt++)
            await FailAsync(await RunningAsync(WorkKind.Training, attempt), "still no");
        await DoneAsync(Silo, await RunningAsync(WorkKind.Training, attempt: 6));
        await FinishAllAsync(spec);
        Assert.Equal([CellState.Done, CellState.Done], (await StatusAsync(spec)).Cells.Select(cell => cell.State));

        // Three attempts at the training, two batches and the evaluation.
        Assert.Equal(before + 3 + 2 + 1, Disk.Started.Count);
    }

    [SkippableFact]
    public async Task SubmittedAgain_FailedWorkIsTriedAgain_AndOnlyThat()
    {
        var spec = TestSpecs.Grid("resubmit", cells: 1);
        await Cluster.SubmitAsync(spec);
        await DoneAsync(Silo, await RunningAsync(WorkKind.Training));
        await DoneAsync(Silo, await RunningAsync(WorkKind.Samples));
        for (var attempt = 1; attempt <= 3; attempt++)
            await FailAsync(await RunningAsync(WorkKind.Samples, attempt), "disk full");
        await FinishedAsync(spec);
        Assert.Equal((CellState.Failed, "disk full"), ((await StatusAsync(spec)).Cells[0].State, (await StatusAsync(spec)).Cells[0].Error));
        var before = Disk.Started.Count;
        await Cluster.SubmitAsync(spec);
        await DoneAsync(Silo, await RunningAsync(WorkKind.Samples, attempt: 4));
        await FinishAllAsync(spec);
        Assert.Equal(before + 2, Disk.Started.Count);
        Assert.Equal(4, (await Cluster.Experiment(spec).GetResultsAsync()).Single().Sampling.Count);
    }

    [SkippableFact]
    public async Task ACellWithAFailedBatch_WaitsForNoOtherBatch()
    {
        var spec = TestSpecs.Grid("batches", cells: 1, icons: 8);
        await Cluster.SubmitAsync(spec);
        await DoneAsync(Silo, await RunningAsync(WorkKind.Training));
        for (var attempt = 1; attempt <= 3; attempt++)
            await FailAsync(await RunningAsync(WorkKind.Samples, attempt), "no");
        await FinishedAsync(spec);
        await Cluster.UntilAsync(() => Silo.Running.Count == 0, "nothing runs");
        Assert.Equal(1 + 3, Disk.Started.Count);
    }

    [SkippableFact]
    public async Task AnAttemptThatCannotBeStarted_CountsAsFailed()
    {
        Silo.StartError = "cpu is no device of this silo";
        var spec = TestSpecs.Grid("start", cells: 1);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        Assert.Equal((CellState.Failed, Silo.StartError), ((await StatusAsync(spec)).Cells[0].State, (await StatusAsync(spec)).Cells[0].Error));
    }

    [SkippableFact]
    public async Task OnlyTheLastTwentyAttempts_AreRemembered()
    {
        var spec = TestSpecs.Grid("many", cells: 1);
        await Cluster.SubmitAsync(spec);
        WorkOrder order = null!;
        for (var attempt = 1; attempt <= 25; attempt++)
        {
            order = await RunningAsync(WorkKind.Training, attempt);
            await Silo.EndAsync(order, new WorkStopped());
        }
        var status = await Cluster.Grains.GetWork(order.Work).GetStatusAsync();
        Assert.InRange(status.Attempts.Count, 19, 20);
        Assert.InRange(status.Attempts[^1].Number, 25, 26);
        Assert.Contains(status.Attempts, attempt => attempt.End == "stopped");
    }

    private Task FailAsync(WorkOrder order, string error) => Silo.EndAsync(order, new WorkFailed(error));

    private async Task FinishAllAsync(ExperimentSpec spec)
    {
        Silo.Automatic = true;
        foreach (var order in Silo.Running)
            await DoneAsync(Silo, order);
        await FinishedAsync(spec);
        Silo.Automatic = false;
    }
}

public sealed class FailureInOrder : FailureTests;

[Trait("Speed", "Slow")]
public sealed class FailureShuffled() : FailureTests(shuffled: true);

public sealed class FailureOnPostgres() : FailureTests(onPostgres: true);
