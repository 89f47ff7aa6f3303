using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

/// <summary>Three silos on one PostgreSQL database; they die, come back and lose each other while a grid runs.</summary>
public sealed class ThreeSilosTests() : ClusterTest(shuffled: false, onPostgres: true)
{
    private static readonly string[] Names = ["a", "b", "c"];
    private readonly ExperimentSpec _spec = TestSpecs.Grid("three", cells: 6);

    public override async Task InitializeAsync()
    {
        await BeginAsync(Names);
        Cluster.Silo("b").With(DeviceClass.Cpu, id: "cpu");
        Cluster.Silo("c").With(DeviceClass.Cpu, id: "cpu");
    }

    [SkippableFact]
    public async Task TheSiloOfTheScheduler_IsKilled_AndComesBack()
    {
        await Cluster.SubmitAsync(_spec);
        await AllWorkAsync();
        var killed = await Cluster.HomeAsync(Cluster.Scheduler);
        var lost = Cluster.Silo(killed).Running.Single();

        await Cluster.KillAsync(killed);
        await EventuallyAsync(async () => (await Cluster.Scheduler.GetDevicesAsync()).Count == 2, "the killed silo's device is gone", Others(killed));
        await EventuallyAsync(async () => (await Cluster.Grains.GetWork(lost.Work).GetStatusAsync()).Phase is WorkPhase.Queued, "its work waits", Others(killed));

        await Cluster.RestartAsync(killed);
        await EventuallyAsync(() => Task.FromResult(Cluster.Silo(killed).Running.Count > 0), "it works again", Names);
        await FinishAsync();
        Assert.Contains($"{lost.Work.Key}#2", Disk.Started);
    }

    [SkippableFact]
    public async Task ASiloThatIsCutOff_IsGivenUp_AndWorksAgainOnceItIsHeard()
    {
        var experiment = await Cluster.SubmitAsync(_spec);
        await AllWorkAsync();
        string[] homes = [await Cluster.HomeAsync(Cluster.Scheduler), await Cluster.HomeAsync(experiment)];
        var cut = Names.First(name => !homes.Contains(name));
        var lost = Cluster.Silo(cut).Running.Single();

        Cluster.Silo(cut).Wire.IsCut = true;
        await EventuallyAsync(async () => (await Cluster.Scheduler.GetDevicesAsync()).Count == 2, "the silo is given up", Names);
        Cluster.Silo(cut).Wire.IsCut = false;
        await EventuallyAsync(async () => (await Cluster.Scheduler.GetDevicesAsync()).Any(device => device.Silo == cut && device.Work == lost.Work.Key), "its work is given back to it", Names);

        await FinishAsync();
    }

    private static string[] Others(string silo) => [.. Names.Where(name => name != silo)];

    private Task AllWorkAsync() => EventuallyAsync(() => Task.FromResult(Names.All(name => Cluster.Silo(name).Running.Count == 1)), "all work", Names);

    // Every piece of work has one end, and no attempt was begun twice.
    private async Task FinishAsync()
    {
        foreach (var name in Names)
        {
            Cluster.Silo(name).Automatic = true;
            foreach (var order in Cluster.Silo(name).Running)
                await DoneAsync(Cluster.Silo(name), order);
        }
        await EventuallyAsync(async () => (await StatusAsync(_spec)).State == ExperimentState.Finished, "the grid is finished", Names);
        var results = await Cluster.Experiment(_spec).GetResultsAsync();
        Assert.Equal([1.0, 2, 3, 4, 5, 6], results.Select(result => result.Scores.Fid));
        Assert.Equal(Disk.Started.Count, Disk.Started.Distinct().Count());
    }

    // A call to a silo that has just died, or to one that is cut off, fails; it is made again.
    private Task EventuallyAsync(Func<Task<bool>> holds, string what, string[] silos) => Cluster.UntilAsync(async () =>
    {
        try
        {
            return await holds();
        }
        catch (Exception failure) when (failure is Orleans.Runtime.OrleansException or TimeoutException)
        {
            return false;
        }
    }, what, silos);
}
