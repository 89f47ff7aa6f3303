using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Grains.Work;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Tests;

public abstract class RecoveryTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    public override Task InitializeAsync() => BeginAsync("a", "b");

    private TestSilo Other => Cluster.Silo("b");

    [SkippableFact]
    public async Task ALostSilosWork_GoesToTheHeadOfTheQueue()
    {
        var spec = TestSpecs.Grid("lost", cells: 3);
        await Cluster.SubmitAsync(spec);
        var lost = await RunningAsync(WorkKind.Training);
        await Cluster.UntilAsync(async () => (await StatusAsync(spec)).Cells[2].State == CellState.Waiting, "others wait");
        Silo.Crash();
        Other.With(DeviceClass.Cpu);
        Other.StopsAtOnce = false;
        await Cluster.UntilAsync(() => Other.Running.Count > 0, "the other silo took something", "b");
        await Cluster.UntilAsync(async () => (await Cluster.Scheduler.GetDevicesAsync()).All(device => device.Silo == "b"), "a is gone", "b");
        await DoneAsync(Other, Other.Running.First());

        // The stages of the cell that was done meanwhile come after it only if it is an earlier one: it is not.
        await Cluster.UntilAsync(() => Other.Running.Any(order => order.Work == lost.Work), "the lost work runs", "b");
        Assert.Equal(2, Other.Running.First().Attempt);
        var attempts = (await Cluster.Grains.GetWork(lost.Work).GetStatusAsync()).Attempts;
        Assert.Equal([("a", "lost"), ("b", null)], attempts.Select(attempt => (attempt.Silo, attempt.End)));
    }

    [SkippableFact]
    public async Task ASilosNewLife_GoesOnAtOnceWithWhatTheOldOneDid()
    {
        var spec = TestSpecs.Grid("restart", cells: 2);
        await Cluster.SubmitAsync(spec);
        var before = await RunningAsync(WorkKind.Training);
        Silo.Crash();
        await Silo.BeatAsync();
        await Cluster.UntilAsync(() => Silo.Running.Count > 0, "it runs again");
        var after = Silo.Running.Single();
        Assert.Equal((before.Work, 2, before.Device), (after.Work, after.Attempt, after.Device));
    }

    [SkippableFact]
    public async Task AfterAPowerCut_TheRunGoesOn_AndNothingDoneIsDoneAgain()
    {
        var spec = TestSpecs.Grid("power", cells: 2);
        await Cluster.SubmitAsync(spec);
        await DoneAsync(Silo, await RunningAsync(WorkKind.Training));
        await DoneAsync(Silo, await RunningAsync(WorkKind.Samples));
        await RunningAsync(WorkKind.Samples);
        await CrashAsync();
        Silo.Automatic = true;
        await FinishedAsync(spec);
        await Cluster.UntilAsync(() => Disk.Finished.Count >= 2 * 4, "the last end is noted");
        Assert.Equal(2 * 4, Disk.Finished.Distinct().Count());
        Assert.Equal(2 * 4 + 1, Disk.Started.Count);
    }

    [SkippableFact]
    public async Task AnOlderAttempt_IsToldToStop_AndItsEndChangesNothing()
    {
        var spec = TestSpecs.Grid("stale", cells: 1);
        await Cluster.SubmitAsync(spec);
        var old = await RunningAsync(WorkKind.Training);
        Silo.Crash();
        await Silo.BeatAsync();
        var young = await RunningAsync(WorkKind.Training, attempt: 2);
        var grain = Cluster.Grains.GetWork(old.Work);
        Assert.False(await grain.ReportAsync(old.Attempt, new() { Done = 1, Total = 2 }));
        Assert.True(await grain.ReportAsync(young.Attempt, new() { Done = 1, Total = 2 }));
        await grain.EndedAsync(old.Attempt, Outcomes.Of(old.Spec));
        await grain.EndedAsync(old.Attempt, new WorkFailed("old"));
        await PassAsync(TimeSpan.FromSeconds(10));
        var status = await grain.GetStatusAsync();
        Assert.Equal((WorkPhase.Running, null), (status.Phase, status.Error));
        Assert.Equal([young], Silo.Running);
    }

    [SkippableFact]
    public async Task AnEndThatIsReportedTwice_CountsOnce()
    {
        var spec = TestSpecs.Grid("twice", cells: 1);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        Silo.Automatic = true;
        await Task.WhenAll(DoneAsync(Silo, order), DoneAsync(Silo, order));
        await DoneAsync(Silo, order);
        await FinishedAsync(spec);
        Assert.Equal(4, Disk.Started.Count);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAttemptTakenForStoppedOrLost_CountsIfItCameToItsEnd(bool lost)
    {
        var spec = TestSpecs.Grid("photo", cells: 1);
        var experiment = await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        var grain = Cluster.Grains.GetWork(order.Work);
        await experiment.PauseAsync();
        Silo.Forget(order);
        await (lost ? grain.LostAsync("a") : grain.StopAsync());
        await grain.EndedAsync(order.Attempt, Outcomes.Of(order.Spec));
        Assert.Equal(WorkPhase.Done, (await grain.GetStatusAsync()).Phase);
        Silo.Automatic = true;
        await experiment.ResumeAsync();
        await FinishedAsync(spec);
        Assert.Equal(4, Disk.Started.Count);
    }

    [SkippableFact]
    public async Task WorkThatVanishedFromALivingSilo_IsStartedAgain()
    {
        var spec = TestSpecs.Grid("vanished", cells: 1);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        await PassAsync(TimeSpan.FromSeconds(1));
        Silo.Forget(order);
        var again = await RunningAsync(WorkKind.Training, attempt: 2);
        Assert.Equal(order.Work, again.Work);
    }

    [SkippableFact]
    public async Task ALeavingSilo_GetsNoMoreWork_AndItsStoppedWorkGoesToOthers()
    {
        Silo.StopsAtOnce = false;
        var spec = TestSpecs.Grid("leave", cells: 2);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        await Cluster.Scheduler.LeaveAsync("a", Silo.Incarnation);
        Other.With(DeviceClass.Cpu, id: "cpu");
        Assert.DoesNotContain(await Cluster.Scheduler.GetDevicesAsync(), device => device.Silo == "a");

        // It writes its last checkpoint for longer than a silent silo is waited for.
        await PassAsync(TimeSpan.FromSeconds(20));
        Assert.True(await Cluster.Grains.GetWork(order.Work).ReportAsync(1, new() { Done = 1, Total = 2 }));
        await Silo.EndAsync(order, new WorkStopped());
        await Cluster.UntilAsync(() => Other.Running.Count > 0, "b works");
        await DoneAsync(Other, Other.Running.Single());
        await Cluster.UntilAsync(() => Disk.Started.Contains($"{order.Work.Key}#2"), "the stopped work goes on");
        Assert.Empty(Silo.Running);
    }

    [SkippableFact]
    public async Task ALeavingSilo_IsNotGivenAgain_WhatItsLastReportDidNotName()
    {
        var spec = TestSpecs.Grid("unnamed", cells: 1);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        Silo.Forget(order);
        await Silo.BeatAsync();
        await Cluster.Scheduler.LeaveAsync("a", Silo.Incarnation);

        await PassAsync(TimeSpan.FromSeconds(20));

        Assert.Empty(Silo.Running);
        Assert.Equal([$"{order.Work.Key}#1"], Disk.Started);
    }

    [SkippableFact]
    public async Task ASiloForOneExperiment_GivesBackWhatItsOldLifeDidForOthers()
    {
        var (mine, other) = (TestSpecs.Grid("mine", 1), TestSpecs.Grid("other", 2));
        mine = mine with { Runs = [mine.Runs[0] with { Seed = 99 }] };
        await Cluster.SubmitAsync(other);
        await RunningAsync(order => ((RunWork)order.Spec).RunId == TestSpecs.RunId(other, 0));
        Silo.Crash();
        Silo.Only = RunIdentity.Experiment(mine);
        await Cluster.SubmitAsync(mine);
        await RunningAsync(order => ((RunWork)order.Spec).RunId == TestSpecs.RunId(mine, 0));
        Assert.DoesNotContain($"{TestSpecs.RunId(other, 0)}@any#2", Disk.Started);
    }

    [SkippableFact]
    public async Task AClockThatIsSetBack_ChangesNothing()
    {
        var spec = TestSpecs.Grid("clock", cells: 2);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        Cluster.Time.AdjustTime(Cluster.Time.GetUtcNow() - TimeSpan.FromDays(400));
        await PassAsync(TimeSpan.FromSeconds(15));
        Assert.Equal([order], Silo.Running);
        Silo.Automatic = true;
        await DoneAsync(Silo, order);
        await FinishedAsync(spec);
    }

    [SkippableFact]
    public async Task AProcessThatDidNotRunForAWhile_LosesNoSilo()
    {
        var spec = TestSpecs.Grid("asleep", cells: 1);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);
        await PassAsync(TimeSpan.FromSeconds(3));
        Cluster.Time.Advance(TimeSpan.FromHours(1));
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal([order], Silo.Running);
        Assert.Single(Disk.Started);
    }

    [SkippableFact]
    public async Task TablesThatWereNotWrittenBeforeACrash_AreWrittenAfterIt()
    {
        Silo.Automatic = true;
        Disk.IsFull = true;
        var spec = TestSpecs.Grid("full", cells: 2);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        Assert.Empty(Disk.Tables);
        Disk.IsFull = false;

        await CrashAsync();
        await FinishedAsync(spec);

        Assert.Equal([2], Disk.Tables.Select(table => table.Rows));
    }

    [SkippableFact]
    public async Task AttemptsThatTheDatabaseHasForgotten_AreFollowedByOneWithAHigherNumber()
    {
        var spec = TestSpecs.Grid("forgotten", cells: 1);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync(WorkKind.Training);

        // Another silo began attempts 2 to 9 after the dump that the database was set back to, and works on the last of them.
        Disk.Noted[order.Work] = 9;
        await CrashAsync();
        order = await RunningAsync(WorkKind.Training, attempt: 10);
        var grain = Cluster.Grains.GetWork(order.Work);
        Assert.False(await grain.ReportAsync(9, new() { Done = 1, Total = 2 }));
        await grain.EndedAsync(9, new WorkFailed("forgotten"));
        await DoneAsync(Silo, order);
        Silo.Automatic = true;

        await FinishedAsync(spec);
        var status = await grain.GetStatusAsync();
        Assert.Equal((WorkPhase.Done, null), (status.Phase, status.Error));
        Assert.Equal([(1, "lost"), (10, "done")], status.Attempts.Select(attempt => (attempt.Number, attempt.End)));
    }

    [SkippableFact]
    public async Task AResultThatTheDatabaseHasForgotten_IsReadAgain()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("half", cells: 2);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        var forgotten = new List<string>();
        foreach (var result in await Cluster.Experiment(spec).GetResultsAsync())
        {
            var (kept, id) = (new GrainState<WorkMemory>(), GrainId.Create(WorkKind.Evaluation.Grain, $"{result.RunId}/{RunIdentity.Result(result.Spec)}@{DeviceClass.Any}"));
            await Cluster.Storage.ReadStateAsync("evaluation", id, kept);
            Assert.IsType<WorkStage.Done>(kept.State?.Stage);
            await Cluster.Storage.ClearStateAsync("evaluation", id, kept);
            forgotten.Add($"{id.Key}#1");
        }
        await CrashAsync();
        Silo.Automatic = true;

        await Cluster.UntilAsync(async () => (await Cluster.Experiment(spec).GetResultsAsync()).Count == 2, "both results are there");

        await FinishedAsync(spec);
        Assert.Equal(forgotten.Order(), Disk.Started.Skip(8).Order());
    }

    [SkippableFact]
    public async Task WhatIsFinished_IsStillKnownAfterARestart()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("known", cells: 2);
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        await CrashAsync();
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(ExperimentState.Finished, (await StatusAsync(spec)).State);
        Assert.Equal(2, (await Cluster.Experiment(spec).GetResultsAsync()).Count);
        Assert.Equal(8, Disk.Started.Count);
    }
}

public sealed class RecoveryInOrder : RecoveryTests;

[Trait("Speed", "Slow")]
public sealed class RecoveryShuffled() : RecoveryTests(shuffled: true);

public sealed class RecoveryOnPostgres() : RecoveryTests(onPostgres: true);
