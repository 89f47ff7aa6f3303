using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public sealed class CrashTests
{
    private static readonly ExperimentSpec Spec = TestSpecs.Grid("crash", cells: 2);

    // Two cells of two batches each: 8 pieces of work. The process dies after the first write of all, after the second, and so
    // on, until it lives to the end.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Speed", "Slow")]
    public async Task WheneverTheProcessDies_TheNextOneFinishes_AndNothingIsDoneTwice(bool shuffled)
    {
        var deaths = 0;
        while (await DiesAfterAsync(deaths + 1, shuffled))
            deaths++;

        // At least: submission, reminder, progress, list; for each piece of work its preparation, lease, start and end.
        Assert.InRange(deaths, 4 + 8 * 4, 500);
    }

    private static async Task<bool> DiesAfterAsync(int writes, bool shuffled)
    {
        using var disk = new Disk();
        var cluster = await StartAsync(disk, shuffled);
        bool died;
        using (var cut = new PowerCut(disk, writes))
        {
            await SubmitAsync(cluster);
            await cluster.UntilAsync(async () => cut.IsOver || await IsFinishedAsync(cluster), $"it dies after {writes} writes");
            died = cut.IsOver;
            await cluster.DropAsync();
        }
        var done = disk.Finished.ToHashSet();
        var startedBefore = disk.Started.Count;

        cluster = await StartAsync(disk, shuffled);
        cluster.Silo().Crash();
        await using (cluster)
        {
            // Who got no answer asks again.
            if (await cluster.Experiment(Spec).GetStatusAsync() is null)
                await SubmitAsync(cluster);
            await cluster.UntilAsync(() => IsFinishedAsync(cluster), $"it finishes after it died after {writes} writes");
            var results = await cluster.Experiment(Spec).GetResultsAsync();
            Assert.Equal([1.0, 2.0], results.Select(result => result.Scores.Fid));
            Assert.All(results, result => Assert.Equal(4, result.Sampling.Count));
            Assert.DoesNotContain(disk.Started.Skip(startedBefore), start => done.Any(work => start.StartsWith(work.Key + "#", StringComparison.Ordinal)));
            Assert.Equal(8, disk.Started.Select(start => start.Split('#')[0]).Distinct().Count());
            Assert.Equal(disk.Started.Count, disk.Started.Distinct().Count());
        }
        return died;
    }

    private static async Task<TestCluster> StartAsync(Disk disk, bool shuffled)
    {
        var cluster = await TestCluster.StartAsync(disk, shuffled, "a");
        cluster.Silo().With(DeviceClass.Cpu, id: "cpu").Automatic = true;
        return cluster;
    }

    private static async Task SubmitAsync(TestCluster cluster)
    {
        try
        {
            await cluster.SubmitAsync(Spec);
        }
        catch (Exception failure) when (failure is Microsoft.Data.Sqlite.SqliteException or Orleans.Runtime.OrleansException or TimeoutException)
        {
            // The power went while it was written down.
        }
    }

    private static async Task<bool> IsFinishedAsync(TestCluster cluster)
    {
        try
        {
            return (await cluster.Experiment(Spec).GetStatusAsync())?.State == ExperimentState.Finished;
        }
        catch (Exception failure) when (failure is Microsoft.Data.Sqlite.SqliteException or Orleans.Runtime.OrleansException or TimeoutException)
        {
            return false;
        }
    }
}
