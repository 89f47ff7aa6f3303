using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class CommandTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    public static TheoryData<WorkKind> Stages => [WorkKind.Training, WorkKind.Samples, WorkKind.Evaluation];

    [SkippableTheory]
    [MemberData(nameof(Stages))]
    public async Task Paused_WhatRunsIsStoppedAndNothingStarts_UntilResumed(WorkKind stage)
    {
        var spec = TestSpecs.Grid("pause", cells: 2);
        var experiment = await Cluster.SubmitAsync(spec);
        var order = await ReachAsync(stage);
        await experiment.PauseAsync();
        await Cluster.UntilAsync(() => Silo.Running.Count == 0, "it has stopped");
        Assert.Equal([order], Silo.Stopping);
        await IdleAsync();
        await experiment.PauseAsync();
        var status = await StatusAsync(spec);
        Assert.Equal((ExperimentState.Paused, CellState.Paused, CellState.Paused), (status.State, status.Cells[0].State, status.Cells[1].State));

        await experiment.ResumeAsync();
        await experiment.ResumeAsync();
        var next = await RunningAsync(stage, attempt: 2);
        Assert.Equal(order.Work, next.Work);
        await FinishFromAsync(spec, next);
    }

    [SkippableTheory]
    [MemberData(nameof(Stages))]
    public async Task Cancelled_NothingGoesOn_UntilSubmittedAgain(WorkKind stage)
    {
        var spec = TestSpecs.Grid("cancel", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);
        var order = await ReachAsync(stage);
        await experiment.CancelAsync();
        await experiment.CancelAsync();
        await Cluster.UntilAsync(() => Silo.Running.Count == 0, "it has stopped");
        await experiment.ResumeAsync();
        await experiment.PauseAsync();
        await IdleAsync();
        Assert.Equal(ExperimentState.Cancelled, (await StatusAsync(spec)).State);

        await Cluster.SubmitAsync(spec);
        var next = await RunningAsync(stage, attempt: 2);
        Assert.Equal(order.Work, next.Work);
        await FinishFromAsync(spec, next);
    }

    [SkippableFact]
    public async Task PausedBeforeAnythingRuns_NothingEverStarts()
    {
        var spec = TestSpecs.Grid("early", cells: 3);
        var experiment = await Cluster.SubmitAsync(spec);
        await experiment.PauseAsync();
        await IdleAsync();
        Assert.Empty(Disk.Started);
        await experiment.CancelAsync();
        Assert.Equal(ExperimentState.Cancelled, (await StatusAsync(spec)).State);
    }

    [SkippableFact]
    public async Task Commands_MayComeAtOnce()
    {
        var spec = TestSpecs.Grid("storm", cells: 3);
        var experiment = await Cluster.SubmitAsync(spec);
        await ReachAsync(WorkKind.Samples);
        Silo.Automatic = true;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? experiment.PauseAsync() : experiment.ResumeAsync()));
        await experiment.ResumeAsync();
        foreach (var order in Silo.Running)
            await DoneAsync(Silo, order);
        await FinishedAsync(spec);
        Assert.All((await StatusAsync(spec)).Cells, cell => Assert.Equal(CellState.Done, cell.State));
    }

    [SkippableFact]
    public async Task AFinishedExperiment_HeedsNoCommand()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("done", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        await experiment.PauseAsync();
        await experiment.CancelAsync();
        await experiment.ResumeAsync();
        Assert.Equal(0, await experiment.RetryAsync());
        Assert.Equal(ExperimentState.Finished, (await StatusAsync(spec)).State);
    }

    [SkippableFact]
    public async Task ResumedWhileItStillStops_WorkGoesOnAfterwards()
    {
        Silo.StopsAtOnce = false;
        var spec = TestSpecs.Grid("quick", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        await experiment.PauseAsync();
        await Cluster.UntilAsync(() => Silo.Stopping.Count > 0, "it is asked to stop");
        await experiment.ResumeAsync();
        await Silo.EndAsync(order, new WorkStopped());
        await FinishFromAsync(spec, await RunningAsync(WorkKind.Training, attempt: 2));
    }

    [SkippableFact]
    public async Task WhatEndsWhilePaused_IsNotRunAgain()
    {
        Silo.StopsAtOnce = false;
        var spec = TestSpecs.Grid("late", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        await experiment.PauseAsync();
        await DoneAsync(Silo, order);
        await IdleAsync();
        await experiment.ResumeAsync();
        await FinishFromAsync(spec, await RunningAsync(WorkKind.Samples));
        Assert.Single(Disk.Started, work => work.StartsWith(order.Work.Key, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task APausedExperiment_StaysPaused_OverACrash()
    {
        var spec = TestSpecs.Grid("night", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);
        await RunningAsync(WorkKind.Training);
        await experiment.PauseAsync();
        await CrashAsync();
        await IdleAsync();
        Assert.Equal(ExperimentState.Paused, (await StatusAsync(spec)).State);
        await Cluster.Experiment(spec).ResumeAsync();
        await RunningAsync(order => order.Work.Kind == WorkKind.Training);
    }

    [SkippableFact]
    public async Task CommandsToNobody_SayThatThereIsNoSuchExperiment()
    {
        var nobody = Cluster.Experiment(TestSpecs.Grid("nobody", cells: 1));
        await Assert.ThrowsAsync<ExperimentMissingException>(nobody.PauseAsync);
        await Assert.ThrowsAsync<ExperimentMissingException>(nobody.ResumeAsync);
        await Assert.ThrowsAsync<ExperimentMissingException>(nobody.CancelAsync);
        await Assert.ThrowsAsync<ExperimentMissingException>(nobody.RetryAsync);
        Assert.Null(await nobody.GetStatusAsync());
        Assert.Empty(await nobody.GetResultsAsync());
    }

    // Brings the first cell to this stage and leaves it running.
    private async Task<WorkOrder> ReachAsync(WorkKind stage)
    {
        var training = await RunningAsync(WorkKind.Training);
        if (stage == WorkKind.Training)
            return training;
        await DoneAsync(Silo, training);
        var batch = await RunningAsync(WorkKind.Samples);
        if (stage == WorkKind.Samples)
            return batch;
        await DoneAsync(Silo, batch);
        await DoneAsync(Silo, await RunningAsync(order => order.Work.Kind == WorkKind.Samples && order.Work != batch.Work));
        return await RunningAsync(WorkKind.Evaluation);
    }

    private async Task FinishFromAsync(ExperimentSpec spec, WorkOrder order)
    {
        Silo.Automatic = true;
        await DoneAsync(Silo, order);
        await FinishedAsync(spec);
        Assert.All((await StatusAsync(spec)).Cells, cell => Assert.Equal(CellState.Done, cell.State));
    }

    // Two minutes in which a reminder and many polls come; nothing may be started.
    private async Task IdleAsync()
    {
        var started = Disk.Started.Count;
        await PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(started, Disk.Started.Count);
        Assert.Empty(Silo.Running);
    }
}

public sealed class CommandsInOrder : CommandTests;

[Trait("Speed", "Slow")]
public sealed class CommandsShuffled() : CommandTests(shuffled: true);

public sealed class CommandsOnPostgres() : CommandTests(onPostgres: true);
