using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class ReportTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    [SkippableFact]
    public async Task AfterTheLastCell_AReportIsMade_OnceForTheSameResults()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("whole", cells: 2);
        var experiment = await Cluster.SubmitAsync(spec);
        await ReportedAsync(spec, ReportState.Done);
        var report = (ReportWork)Assert.Single(Disk.Reports).Spec;
        Assert.Equal(await experiment.GetResultsAsync(), report.Results);
        Assert.Empty(report.Missing);

        // Asked for and submitted again, it is there.
        var again = await experiment.ReportAsync();
        Assert.Equal((ReportState.Done, report.Name), (again.State, again.Summary!.Results));
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Single(Disk.Reports);
    }

    [SkippableFact]
    public async Task AnExperiment_IsFinishedBeforeItsReport_WhichTellsHowItStands()
    {
        var spec = TestSpecs.Grid("early", cells: 1);
        var order = await LastCellAsync(spec);
        await FinishedAsync(spec);
        Assert.True(await Cluster.Grains.GetWork(order.Work).ReportAsync(1, new() { Done = 1, Total = 3 }));
        var report = (await StatusAsync(spec)).Report!;
        Assert.Equal((ReportState.Running, 1.0, null), (report.State, report.Progress!.Done, report.Summary));

        // Failed for good, it says why; asked for again, it gets fresh attempts.
        for (var attempt = 1; attempt <= 3; attempt++)
            await Silo.EndAsync(await RunningAsync(WorkKind.Report, attempt), new WorkFailed($"error {attempt}"));
        await ReportedAsync(spec, ReportState.Failed);
        Assert.Equal("error 3", (await StatusAsync(spec)).Report!.Error);
        Assert.Equal(ReportState.Waiting, (await Cluster.Experiment(spec).ReportAsync()).State);
        await DoneAsync(Silo, await RunningAsync(WorkKind.Report, attempt: 4));
        await ReportedAsync(spec, ReportState.Done);
    }

    [SkippableFact]
    public async Task OnceTheCellsAreDone_AReportIsSeenToCome_AtAnyMoment()
    {
        Silo.Automatic = true;
        var spec = TestSpecs.Grid("seen", cells: 3);
        await Cluster.SubmitAsync(spec);
        var unseen = 0;
        await Cluster.UntilAsync(async () =>
        {
            // As often as it answers: the gap was between two turns of the grain.
            for (var i = 0; i < 50; i++)
            {
                var status = await StatusAsync(spec);
                if (status is { State: ExperimentState.Finished, Report: null }) unseen++;
                if (status.Report is { State: ReportState.Done }) return true;
            }
            return false;
        }, "the report is there");
        Assert.Equal(0, unseen);
    }

    [SkippableFact]
    public async Task AReportThatLackedFiles_IsMadeAgainWhenItIsAskedFor_AndServedMeanwhile()
    {
        var spec = TestSpecs.Grid("lacking", cells: 1);
        var order = await LastCellAsync(spec);
        var whole = ((ReportDone)Outcomes.Of(order.Spec)).Summary;
        await Silo.EndAsync(order, new ReportDone(whole with { IsWhole = false, Missing = ["a run: its icons are elsewhere."] }));
        await ReportedAsync(spec, ReportState.Done);

        var again = await Cluster.Experiment(spec).ReportAsync();

        Assert.Equal((ReportState.Waiting, 1), (again.State, again.Summary!.Missing.Count));
        await DoneAsync(Silo, await RunningAsync(WorkKind.Report, attempt: 2));
        await Cluster.UntilAsync(async () => (await StatusAsync(spec)).Report!.Summary == whole, "the whole report is there");
    }

    [SkippableFact]
    public async Task AskedForOnTheWay_AReportNamesWhatIsNotDone_AndTheEndBringsAWholeOne()
    {
        var spec = TestSpecs.Grid("way", cells: 2);
        Silo.MakesReports = false;
        var experiment = await Cluster.SubmitAsync(spec);
        await RunningAsync(WorkKind.Training);
        await experiment.PauseAsync();
        await Cluster.UntilAsync(() => Silo.Running.Count == 0, "nothing runs");

        // Also while it is paused.
        Assert.Equal(ReportState.Waiting, (await experiment.ReportAsync()).State);
        var order = await RunningAsync(WorkKind.Report);
        var early = (ReportWork)order.Spec;
        Assert.Equal((0, 2), (early.Results.Count, early.Missing.Count));
        Assert.All(early.Missing, (sentence, cell) => Assert.Contains(TestSpecs.RunId(spec, cell), sentence, StringComparison.Ordinal));
        await DoneAsync(Silo, order);
        Silo.MakesReports = true;
        await ReportedAsync(spec, ReportState.Done);
        Assert.Equal(ExperimentState.Paused, (await StatusAsync(spec)).State);

        Silo.Automatic = true;
        await experiment.ResumeAsync();
        await Cluster.UntilAsync(async () => (await StatusAsync(spec)).Report is { State: ReportState.Done, Summary.Missing.Count: 0 }, "the whole report is there");
        Assert.Equal(2, ((ReportWork)Disk.Reports.Last().Spec).Results.Count);
    }

    [SkippableFact]
    public async Task ARunThatFailed_IsNamedWithItsReason()
    {
        var spec = TestSpecs.Grid("failed", cells: 2);
        await Cluster.SubmitAsync(spec);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var order = await RunningAsync(order => order.Spec is TrainingWork work && work.RunId == TestSpecs.RunId(spec, 0) && order.Attempt == attempt);
            await Silo.EndAsync(order, new WorkFailed("no such luck"));
        }
        Silo.Automatic = true;
        await DoneAsync(Silo, await RunningAsync());

        await ReportedAsync(spec, ReportState.Done);

        var missing = Assert.Single((await StatusAsync(spec)).Report!.Summary!.Missing);
        Assert.Contains("no such luck", missing, StringComparison.Ordinal);
        Assert.Contains(TestSpecs.RunId(spec, 0), missing, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AfterAPowerCut_TheReportIsMadeByAnotherAttempt()
    {
        var spec = TestSpecs.Grid("dark", cells: 1);
        var cut = await LastCellAsync(spec);
        await CrashAsync();
        Silo.Automatic = true;

        await ReportedAsync(spec, ReportState.Done);

        Assert.Equal([(cut.Work, 1), (cut.Work, 2)], Disk.Reports.Select(order => (order.Work, order.Attempt)));
    }

    [SkippableFact]
    public async Task ReportsOfTwoSetsOfResults_AreNotMadeAtOnce()
    {
        var spec = TestSpecs.Grid("turns", cells: 2);
        Silo.MakesReports = false;
        var experiment = await Cluster.SubmitAsync(spec);
        var training = await RunningAsync(WorkKind.Training);
        Silo.With(DeviceClass.Cpu, id: "other").With(DeviceClass.Cpu, id: "third");
        await experiment.ReportAsync();
        var early = await RunningAsync(WorkKind.Report);

        Silo.Automatic = true;
        await DoneAsync(Silo, training);
        foreach (var order in Silo.Running.Where(order => order.Spec is not ReportWork))
            await DoneAsync(Silo, order);
        await FinishedAsync(spec);
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal([early], Silo.Running);
        await DoneAsync(Silo, early);
        Assert.NotEqual(early.Work, (await RunningAsync(WorkKind.Report)).Work);
    }

    private Task ReportedAsync(ExperimentSpec spec, ReportState state) =>
        Cluster.UntilAsync(async () => (await StatusAsync(spec)).Report?.State == state, $"the report of {spec.Name} is {state}");

    // The report after the last cell, which the test is to end.
    private async Task<WorkOrder> LastCellAsync(ExperimentSpec spec)
    {
        (Silo.Automatic, Silo.MakesReports) = (true, false);
        await Cluster.SubmitAsync(spec);
        return await RunningAsync(WorkKind.Report);
    }
}

public sealed class ReportInOrder : ReportTests;

[Trait("Speed", "Slow")]
public sealed class ReportShuffled() : ReportTests(shuffled: true);

public sealed class ReportOnPostgres() : ReportTests(onPostgres: true);
