using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class SchedulingTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    private const string Rtx3080 = "rtx-3080";

    public override Task InitializeAsync() => BeginAsync("a", "b");

    [SkippableFact]
    public async Task HigherPriority_GoesFirst_ThenTheOrderOfSubmission()
    {
        var (low, next, high) = (TestSpecs.Grid("low", 2), TestSpecs.Grid("next", 2), TestSpecs.Grid("high", 2));
        (low, next, high) = (Apart(low, 0), Apart(next, 10), Apart(high, 20));
        await Cluster.SubmitAsync(low);
        var first = await RunningAsync();
        await Cluster.SubmitAsync(next);
        await Cluster.SubmitAsync(high, priority: 1);
        await Cluster.UntilAsync(async () => (await Cluster.Scheduler.GetObstaclesAsync("")).Count == 0
            && (await StatusAsync(high)).Cells.All(cell => cell.State == CellState.Waiting), "all wait");
        await PassAsync(TimeSpan.FromSeconds(2));
        Silo.Automatic = true;
        await DoneAsync(Silo, first);
        foreach (var spec in new[] { low, next, high })
            await FinishedAsync(spec);
        var order = Disk.Finished.Select(work => work.Key[..12]).Distinct();
        Assert.Equal(
        [
            ((RunWork)first.Spec).RunId, TestSpecs.RunId(high, 0), TestSpecs.RunId(high, 1), TestSpecs.RunId(low, 1), TestSpecs.RunId(next, 0), TestSpecs.RunId(next, 1),
        ], order.Select(id => id));
    }

    [SkippableFact]
    public async Task AChangedPriority_MovesWhatWaits_AndWhatRunsGoesOn()
    {
        var (first, second) = (Apart(TestSpecs.Grid("first", 2), 0), Apart(TestSpecs.Grid("second", 1), 10));
        await Cluster.SubmitAsync(first);
        var running = await RunningAsync();
        var moved = await Cluster.SubmitAsync(second);
        await Cluster.UntilAsync(async () => (await StatusAsync(second)).Cells[0].State == CellState.Waiting, "it waits");

        await moved.PrioritizeAsync(1);
        Assert.Equal(1, (await StatusAsync(second)).Priority);
        Assert.Equal([running], Silo.Running);
        await PassAsync(TimeSpan.FromSeconds(2));
        Silo.Automatic = true;
        await DoneAsync(Silo, running);
        foreach (var spec in new[] { first, second })
            await FinishedAsync(spec);

        // The stages of a cell stay together.
        Assert.Equal(
            [TestSpecs.RunId(first, 0), TestSpecs.RunId(second, 0), TestSpecs.RunId(first, 1)],
            Disk.Finished.Select(work => work.Key[..12]).Distinct());
    }

    [SkippableFact]
    public async Task Work_RunsOnTheClassOfDeviceThatItAsksFor()
    {
        Silo.Automatic = Cluster.Silo("b").Automatic = true;
        Cluster.Silo("b").With("gtx-1060", id: "cuda:0").With(Rtx3080, id: "cuda:1");
        var spec = TestSpecs.Grid("class", 2, gpu: "NVIDIA GeForce RTX 3080");
        await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);
        Assert.All(Disk.Finished, work => Assert.EndsWith("@rtx-3080", work.Key, StringComparison.Ordinal));

        // The report, which may come meanwhile, takes any device.
        var leases = Cluster.Log.Where(line => !line.Contains($"{WorkKind.Report} ", StringComparison.Ordinal)).SelectMany(LeasesIn);
        Assert.Equal([("b", "cuda:1")], leases.Distinct());
    }

    [SkippableFact]
    public async Task WorkForAnyDevice_PrefersAGpu()
    {
        Silo.With("gtx-1060", id: "cuda:0");
        await Cluster.BeatAsync();
        await Cluster.SubmitAsync(TestSpecs.Grid("any", 1));
        Assert.Equal("cuda:0", (await RunningAsync()).Device);
    }

    [SkippableFact]
    public async Task WithoutASuitableDevice_TheStatusSaysWhatIsMissing()
    {
        var (gpu, large) = (TestSpecs.Grid("gpu", 1, gpu: "RTX 3080"), TestSpecs.Grid("large", 1));
        await Cluster.SubmitAsync(gpu);
        await WaitsForAsync(gpu, "no silo has an rtx-3080");
        Cluster.MemoryOfWork = 90_500_000_000;
        await Cluster.SubmitAsync(large);
        await WaitsForAsync(large, "no silo has a device with 90.5 GB free");
        Assert.Empty(Disk.Started);

        // Once there is one, it is taken.
        Cluster.Silo("b").With(Rtx3080, gigabytes: 100);
        await RunningAsync(silo: "b");
        await Cluster.UntilAsync(async () => (await StatusAsync(gpu)).Cells[0] is { WaitsFor: null, State: CellState.Training }, "it trains");
    }

    [SkippableFact]
    public async Task ASiloWhoseDiskIsFull_BeginsNothingUntilThereIsRoom_AndFailsNothing()
    {
        Silo.FreeDiskBytes = NodeReport.LeastDiskBytes - 1;
        await Cluster.BeatAsync();
        var spec = TestSpecs.Grid("full", 1);
        await Cluster.SubmitAsync(spec);
        await WaitsForAsync(spec, $"the disk of {Silo.Report().Silo} is full; make room there");
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(Disk.Started);

        Silo.FreeDiskBytes = NodeReport.LeastDiskBytes;
        Assert.Equal(1, (await RunningAsync()).Attempt);
        Assert.Null((await StatusAsync(spec)).Cells[0].Error);
    }

    [SkippableFact]
    public async Task ADeviceWithoutTheMemory_IsLeftToOthers()
    {
        Cluster.Silo("b").With("gtx-1060", gigabytes: 3);
        Cluster.MemoryOfWork = 5_000_000_000;
        var spec = TestSpecs.Grid("memory", 2);
        await Cluster.SubmitAsync(spec);
        var order = await RunningAsync();
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(Cluster.Silo("b").Running);
        Assert.Equal(TestSpecs.RunId(spec, 0), ((RunWork)order.Spec).RunId);
    }

    [SkippableFact]
    public async Task BatchesOfOneRun_AreDrawnOnTwoSilosAtOnce()
    {
        Cluster.Silo("b").With(DeviceClass.Cpu);
        var spec = TestSpecs.Grid("batches", 1, icons: 8);
        await Cluster.SubmitAsync(spec);
        WorkOrder? training = null;
        await Cluster.UntilAsync(() => (training = Silo.Running.Concat(Cluster.Silo("b").Running).FirstOrDefault()) is not null, "it trains");
        await DoneAsync(Silo.Running.Count > 0 ? Silo : Cluster.Silo("b"), training!);
        var one = await RunningAsync();
        var two = await RunningAsync(silo: "b");
        Assert.Equal((WorkKind.Samples, WorkKind.Samples), (one.Work.Kind, two.Work.Kind));
        Assert.NotEqual(one.Work, two.Work);
        Assert.Equal("a cpu, b cpu#0", string.Join(", ", (await StatusAsync(spec)).Cells[0].Where!.Split(", ").Order(StringComparer.Ordinal)));
        Silo.Automatic = Cluster.Silo("b").Automatic = true;
        await DoneAsync(Cluster.Silo("b"), two);
        await DoneAsync(Silo, one);
        await FinishedAsync(spec);
        Assert.Equal(8, (await Cluster.Experiment(spec).GetResultsAsync()).Single().Sampling.Count);
    }

    [SkippableFact]
    public async Task ASiloForOneExperiment_LeavesTheOthersAlone()
    {
        var (mine, other) = (TestSpecs.Grid("mine", 1), Apart(TestSpecs.Grid("other", 1), 10));
        Silo.Only = RunIdentity.Experiment(mine);
        await Cluster.SubmitAsync(other);
        await Cluster.SubmitAsync(mine);
        var order = await RunningAsync();
        Assert.Equal(TestSpecs.RunId(mine, 0), ((RunWork)order.Spec).RunId);
        Silo.Automatic = true;
        await DoneAsync(Silo, order);
        await FinishedAsync(mine);
        await PassAsync(TimeSpan.FromMinutes(2));
        Assert.DoesNotContain(Disk.Started, work => work.StartsWith(TestSpecs.RunId(other, 0), StringComparison.Ordinal));
        Assert.Equal("no silo has a device", (await StatusAsync(other)).Cells[0].WaitsFor);
    }

    [SkippableFact]
    public async Task TwoExperimentsThatShareARun_BothLearnOfItsEnd()
    {
        var one = TestSpecs.Grid("one", 1);
        var two = one with { Name = "two" };
        await Cluster.SubmitAsync(one);
        var order = await RunningAsync();
        await Cluster.SubmitAsync(two);
        await Cluster.UntilAsync(async () => (await StatusAsync(two)).Cells[0].State == CellState.Training, "the other shows it too");
        Silo.Automatic = true;
        await DoneAsync(Silo, order);
        await FinishedAsync(one);
        await FinishedAsync(two);
        Assert.Equal(4, Disk.Started.Count);
    }

    [SkippableFact]
    public async Task WithdrawnByOneExperiment_SharedWorkGoesOnForTheOther()
    {
        var one = TestSpecs.Grid("one", 1);
        var two = one with { Name = "two" };
        await Cluster.SubmitAsync(one);
        var order = await RunningAsync();
        await Cluster.SubmitAsync(two);
        await Cluster.UntilAsync(async () => (await StatusAsync(two)).Cells[0].State == CellState.Training, "the other wants it too");
        await Cluster.Experiment(one).CancelAsync();
        await PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([order], Silo.Running);
        Assert.Empty(Silo.Stopping);
        Silo.Automatic = true;
        await DoneAsync(Silo, order);
        await FinishedAsync(two);
        Assert.Equal(ExperimentState.Cancelled, (await StatusAsync(one)).State);
    }

    // Both write the same folder.
    [SkippableFact]
    public async Task OneRunAskedForOnTwoClasses_IsTrainedOnOneAtATime()
    {
        Cluster.Silo("b").With(Rtx3080);
        var any = TestSpecs.Grid("any", 1);
        var gpu = any with { Name = "gpu", Gpu = "RTX 3080" };
        await Cluster.SubmitAsync(any);
        await Cluster.UntilAsync(() => Silo.Running.Count + Cluster.Silo("b").Running.Count > 0, "one trains");
        await Cluster.SubmitAsync(gpu);
        await PassAsync(TimeSpan.FromSeconds(10));
        Assert.Single(Disk.Started);
        Silo.Automatic = Cluster.Silo("b").Automatic = true;
        foreach (var silo in new[] { Silo, Cluster.Silo("b") })
        {
            foreach (var order in silo.Running)
                await DoneAsync(silo, order);
        }
        await FinishedAsync(any);
        await FinishedAsync(gpu);
    }

    private Task WaitsForAsync(ExperimentSpec spec, string what) =>
        Cluster.UntilAsync(async () => (await StatusAsync(spec)).Cells[0].WaitsFor == what, $"it waits because {what}");

    // Other seeds, hence other runs.
    private static ExperimentSpec Apart(ExperimentSpec spec, int offset) =>
        spec with { Runs = [.. spec.Runs.Select(run => run with { Seed = run.Seed + offset })] };

    private static IEnumerable<(string Silo, string Device)> LeasesIn(string line) =>
        line.Split(" has device ") is [_, var rest] && rest.Trim().Split(" of ") is [var device, var silo] ? [(silo, device)] : [];
}

public sealed class SchedulingInOrder : SchedulingTests;

[Trait("Speed", "Slow")]
public sealed class SchedulingShuffled() : SchedulingTests(shuffled: true);

public sealed class SchedulingOnPostgres() : SchedulingTests(onPostgres: true);
