using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Novelty;

/// <summary>
/// A perfect generator draws from the Gaussian that the training vectors are from, a copycat hands out training vectors. NWI prefers
/// the copycat; the tests of copying must not.
/// </summary>
public sealed class ToyGeneratorTests
{
    private const int Dimension = 256, TrainingCount = 158, GeneratedCount = 512;

    private static readonly FeatureStatistics Training = Draw(TrainingCount, 1), HeldOut = Draw(100, 2);

    private static readonly Lazy<Dictionary<string, double>> Perfect = new(() => Figures(Draw(GeneratedCount, 3)));

    private static readonly Lazy<Dictionary<string, double>> Copycat = new(() => Figures(new(
        [.. Enumerable.Range(0, GeneratedCount).SelectMany(i => Training.Values.Skip(i * 7 % TrainingCount * Dimension).Take(Dimension))], Dimension)));

    [Fact]
    public void Nwi_RanksThemBackwards()
    {
        Assert.True(Copycat.Value["nwi"] > Perfect.Value["nwi"], $"copycat {Copycat.Value["nwi"]}, perfect {Perfect.Value["nwi"]}");
        Assert.True(Copycat.Value["fid"] < Perfect.Value["fid"]);
    }

    [Fact]
    public void TheTestsOfCopying_TellThemApart()
    {
        // Under the null hypothesis Z is standard normal; all the copycat's distances are 0, below every held-out one.
        Assert.InRange(Perfect.Value["ct-feature"], -3, 3);
        Assert.True(Copycat.Value["ct-feature"] < -10);

        // As far as training vectors from one another: half are nearer, half farther. The margin is several times 1/(2√n).
        Assert.InRange(Perfect.Value["nn-percentile-feature"], 30, 70);
        Assert.Equal(0, Copycat.Value["nn-percentile-feature"]);

        // Above a half: in many dimensions the nearest training vector is often a hub, which lies near others itself.
        Assert.InRange(Perfect.Value["authpct-feature"], 50, 90);
        Assert.Equal(0, Copycat.Value["authpct-feature"]);

        // In many dimensions all distances are alike, so nothing but a copy has a gap.
        Assert.Equal(0, Perfect.Value["gap-feature"]);
        Assert.Equal(1, Copycat.Value["gap-feature"]);
    }

    [Fact]
    public void FidInfinity_LiesBelowFid_ForBoth()
    {
        Assert.True(Perfect.Value["fid-infinity"] < Perfect.Value["fid"]);
        Assert.True(Copycat.Value["fid-infinity"] < Copycat.Value["fid"]);
    }

    private static Dictionary<string, double> Figures(FeatureStatistics icons)
    {
        var bootstrap = new Bootstrap(20, 3407);
        int[] each = [.. Enumerable.Range(0, TrainingCount)];
        var matches = TableMatches.Find(Table(icons), each);
        var heldOut = Array.ConvertAll(TableMatches.Find(Table(HeldOut), each), match => match.Distance);
        var tests = new CopyTests(DistanceSpace.Feature, TableMatches.LeaveOneOut(Table(Training), each), each, heldOut, bootstrap);
        var distances = Array.ConvertAll(matches, match => match.Distance);
        return tests.Figures(matches)
            .Concat(new FidFigures(Training, bootstrap, 3407).Figures(icons, DistanceTable.Products(icons, Training), distances, distances))
            .Where(figure => figure.Value is not null)
            .ToDictionary(figure => figure.Key, figure => figure.Value!.Value);
    }

    // Mean absolute difference, as between pixels.
    private static DistanceTable Table(FeatureStatistics icons) => DistanceTable.Of(icons.Count, TrainingCount, (i, j) =>
    {
        var sum = 0.0;
        for (var k = 0; k < Dimension; k++) sum += Math.Abs(icons.Values[i * Dimension + k] - Training.Values[j * Dimension + k]);
        return sum / Dimension;
    });

    // Standard normal by Box & Muller.
    private static FeatureStatistics Draw(int count, int seed)
    {
        var random = new SplitMix64(seed);
        var values = new float[count * Dimension];
        for (var i = 0; i < values.Length; i++)
        {
            var (u, v) = ((random.Below(1 << 24) + 1.0) / (1 << 24), random.Below(1 << 24) / (double)(1 << 24));
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v));
        }
        return new(values, Dimension);
    }
}
