using System.Text.Json;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Novelty;

/// <summary>Figures beside what their authors' code, or the code in common use, says of the same features: tests/golden/novelty/make.py.</summary>
public sealed class PublicImplementationTests
{
    private static readonly Golden Recorded = Golden.Load("novelty", "novelty");

    private static readonly FeatureStatistics Training = Features("train"), HeldOut = Features("held"), Generated = Features("generated");

    private static readonly DistanceTable Products = DistanceTable.Products(Generated, Training);

    private static readonly Bootstrap Resamples = new(50, 3407);

    [Theory, InlineData("precision"), InlineData("recall"), InlineData("density"), InlineData("coverage")]
    public void ManifoldFigures_AreThoseOfPrdc(string key)
    {
        var figure = new Manifold(Training, 5).Figures(Generated, Products, Resamples).Single(each => each.Key == key);

        // Counts over counts: equal but for the rounding of the last division.
        Assert.Equal(Recorded.Json.GetProperty("prdc").GetProperty(key).GetDouble(), figure.Value!.Value, 1e-12);
        Assert.Equal((60, 40, 5), (figure.N, figure.M, figure.K));
    }

    [Fact]
    public void AuthPct_IsThatOfDgmEval() =>
        // A count over a count, which dgm-eval rounds to float32.
        Assert.Equal(Recorded.Json.GetProperty("authpct").GetDouble(), Euclidean("authpct-feature", Generated, HeldOut).Value!.Value, 1e-5);

    [Fact]
    public void Ct_IsThatOfDataCopying_ButForItsContinuityCorrection()
    {
        // data-copying's mean is nm/2 − 1/2, the paper's nm/2; without ties nothing else differs.
        Assert.Equal(Recorded.Json.GetProperty("ct").GetDouble() - Correction(60, 25), Euclidean("ct-feature", Generated, HeldOut).Value!.Value, 1e-12);

        var half = Part(HeldOut, 0, 12);
        var rest = Part(HeldOut, 12, 25);
        Assert.Equal(Recorded.Json.GetProperty("ct_of_held_out_first_half").GetDouble() - Correction(12, 13), Euclidean("ct-feature", half, rest).Value!.Value, 1e-12);

        static double Correction(double n, double m) => 0.5 / Math.Sqrt(n * m * (n + m + 1) / 12);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Kid_IsThatOfTorchFidelity_OnTheSameSubsets(int subset)
    {
        var wanted = Recorded.Json.GetProperty("kid")[subset];

        // Kernels are some 1e4, so their sums are good to 1e-12 of that.
        Assert.Equal(
            wanted.GetProperty("value").GetDouble(),
            Kid.Discrepancy(Generated, Indices(wanted.GetProperty("generated")), Training, Indices(wanted.GetProperty("train"))), 1e-10);
    }

    [Fact]
    public void FidInfinity_IsThatOfDgmEval_OnTheSameSubsets()
    {
        var subsets = Recorded.Json.GetProperty("subsets").EnumerateArray().Select(Indices).ToArray();
        var wanted = Recorded.Json.GetProperty("fid_of_subsets").EnumerateArray().Select(each => each.GetDouble()).ToArray();
        var parts = new FrechetParts(Generated, Training, Products, DistanceTable.Squares(Generated), DistanceTable.Squares(Training));
        int[] all = [.. Enumerable.Range(0, Training.Count)];
        var fids = subsets.Select(subset => parts.Distance(subset, all)).ToArray();

        Assert.Equal(FidFigures.Sizes(60), subsets.Select(subset => subset.Length));
        // Roots of eigenvalues that ought to be 0 come out as 1e-8 of the largest, on both sides.
        Assert.All(wanted.Zip(fids), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        // dgm-eval's line goes through scipy's matrix square roots, which small subsets make singular.
        Assert.Equal(Recorded.Json.GetProperty("fid_infinity").GetDouble(), FidFigures.Extrapolate(FidFigures.Sizes(60), fids).Value, 1e-4);
    }

    [Theory, InlineData("mifid", 60), InlineData("mifid_of_near_copies", 9)]
    public void Mifid_IsThatOfTorchmetrics(string key, int count)
    {
        var icons = Part(Generated, 0, count);
        var products = DistanceTable.Products(icons, Training);
        var cosines = TableMatches.Find(
            DistanceTable.Cosines(products, DistanceTable.Squares(icons), DistanceTable.Squares(Training)), [.. Enumerable.Range(0, 40)]);
        var distances = Array.ConvertAll(cosines, match => match.Distance);
        var figure = new FidFigures(Training, Resamples, 3407).Figures(icons, products, distances, new double[count]).Single(each => each.Key == "mifid");

        // torchmetrics takes roots of eigenvalues of which those that ought to be 0, in 24 dimensions for 9 icons, are 1e-16 of the largest.
        var wanted = Recorded.Json.GetProperty(key).GetDouble();
        Assert.Equal(wanted, figure.Value!.Value, 1e-7 * wanted);
    }

    private static Figure Euclidean(string key, FeatureStatistics icons, FeatureStatistics heldOut)
    {
        int[] each = [.. Enumerable.Range(0, Training.Count)];
        var tests = new CopyTests(
            DistanceSpace.Feature, TableMatches.LeaveOneOut(Table(Training), each), each,
            Array.ConvertAll(TableMatches.Find(Table(heldOut), each), match => match.Distance), Resamples);
        return tests.Figures(TableMatches.Find(Table(icons), each)).Single(figure => figure.Key == key);
    }

    private static DistanceTable Table(FeatureStatistics icons)
    {
        var (x, y) = (DistanceTable.Squares(icons), DistanceTable.Squares(Training));
        return DistanceTable.Of(icons.Count, Training.Count, (i, j) => Math.Sqrt(Math.Max(0, x[i] + y[j] - 2 * DistanceTable.Product(icons, i, Training, j))));
    }

    private static int[] Indices(JsonElement list) => [.. list.EnumerateArray().Select(each => each.GetInt32())];

    private static FeatureStatistics Features(string name) => new(Recorded.Floats(name), (int)Recorded.Shape(name)[1]);

    private static FeatureStatistics Part(FeatureStatistics set, int from, int to) =>
        new(set.Values[(from * set.Dimension)..(to * set.Dimension)], set.Dimension);
}
