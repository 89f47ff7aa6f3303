using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

public abstract class LifecycleTests(bool shuffled) : ClusterTest(shuffled)
{
    [Fact]
    public async Task AnExperiment_GoesFromTrainingOverSamplesToScores_CellByCell()
    {
        Silo.Automatic = true;
        var spec = Specs.Grid("two", cells: 2);
        var experiment = await Cluster.SubmitAsync(spec);
        await FinishedAsync(spec);

        // Later stages of the first cell go before the second cell.
        string[] stages = ["training", "samples", "samples", "evaluation"];
        Assert.Equal([.. stages, .. stages], Disk.Finished.Select(work => work.ToString().Split(' ')[0]));
        Assert.Equal(Enumerable.Repeat(Specs.RunId(spec, 0), 4).Concat(Enumerable.Repeat(Specs.RunId(spec, 1), 4)),
            Disk.Finished.Select(work => work.Key[..12]));
        var results = await experiment.GetResultsAsync();
        Assert.Equal([1.0, 2.0], results.Select(result => result.Scores.Fid));
        Assert.Equal(4, results[0].Sampling.Count);
        Assert.Equal(2 * Outcomes.BatchTime, results[0].Sampling.Time);
        Assert.Equal(Outcomes.Training(Specs.RunId(spec, 0)), results[0].Training);
    }
}

public sealed class LifecycleInOrder() : LifecycleTests(shuffled: false);

public sealed class LifecycleShuffled() : LifecycleTests(shuffled: true);
