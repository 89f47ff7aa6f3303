using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class GridTests(bool shuffled = false, bool onPostgres = false) : ClusterTest(shuffled, onPostgres)
{
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AThousandCells_AreEachDoneOnce()
    {
        Silo.With(DeviceClass.Cpu).Automatic = true;
        var spec = TestSpecs.Grid("thousand", cells: 1000, icons: 2);
        await Cluster.SubmitAsync(spec);
        await Cluster.UntilAsync(() => Disk.Finished.Count >= 3000, "3000 pieces of work are done");
        await FinishedAsync(spec);
        Assert.Equal(3000, Disk.Started.Count);
        Assert.Equal(3000, Disk.Started.Distinct().Count());
        Assert.Equal(1000, (await Cluster.Experiment(spec).GetResultsAsync()).Count);
    }
}

public sealed class GridInOrder : GridTests;

[Trait("Speed", "Slow")]
public sealed class GridShuffled() : GridTests(shuffled: true);

public sealed class GridOnPostgres() : GridTests(onPostgres: true);
