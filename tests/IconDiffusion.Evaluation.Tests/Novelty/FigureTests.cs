using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Novelty;

public sealed class FigureTests
{
    [Fact]
    public void Z_IsThatOfEveryPairCounted_WithTiesAndRepeatedDraws()
    {
        double[] first = [1, 2, 2, 5, 7], second = [2, 3, 5, 5];
        int[] ofFirst = [1, 0, 2, 3, 1], ofSecond = [2, 1, 1, 0];
        var x = first.Zip(ofFirst).SelectMany(each => Enumerable.Repeat(each.First, each.Second)).ToList();
        var y = second.Zip(ofSecond).SelectMany(each => Enumerable.Repeat(each.First, each.Second)).ToList();
        var u = x.Sum(a => y.Sum(b => a > b ? 1 : a == b ? 0.5 : 0));
        double n = x.Count, m = y.Count;
        var ties = x.Concat(y).GroupBy(each => each).Sum(tie => Math.Pow(tie.Count(), 3) - tie.Count());
        var z = (u - n * m / 2) / Math.Sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))));

        Assert.Equal(z, new PooledRanks(first, second).Z(ofFirst, ofSecond)!.Value, 1e-12);
    }

    [Fact]
    public void Z_OfEqualNumbersAlone_IsNone() => Assert.Null(new PooledRanks([3, 3], [3]).Z([1, 1], [1]));

    [Fact]
    public void AnInterval_IsAsWideAsTheStandardError()
    {
        double[] each = [.. Enumerable.Range(0, 400).Select(i => (double)(i % 20))];
        var (low, high) = new Bootstrap(1000, 3407).OfMean(each);
        var error = Math.Sqrt(each.Average(x => (x - 9.5) * (x - 9.5)) / each.Length);

        // The ends of a 95 % interval from 1000 resamples are themselves good to a tenth of a standard error.
        Assert.Equal(9.5 - 1.96 * error, low!.Value, 0.15 * error);
        Assert.Equal(9.5 + 1.96 * error, high!.Value, 0.15 * error);
    }

    [Fact]
    public void OneIcon_HasNoInterval() => Assert.Equal((null, null), new Bootstrap(1000, 3407).OfMean([4]));

    [Fact]
    public void EqualVectors_HaveCosineDistanceZero_ToTheLastBit()
    {
        var features = Draw(30, 129, 5);  // not a multiple of the vector width
        var squares = DistanceTable.Squares(features);
        var table = DistanceTable.Cosines(DistanceTable.Products(features, features), squares, squares);

        Assert.All(Enumerable.Range(0, 30), i => Assert.Equal(0, table[i][i]));
        Assert.Equal(table[3][8], table[8][3]);
    }

    [Fact]
    public void AVectorOfZeros_ResemblesNothing_ButAnother()
    {
        var features = new FeatureStatistics([0, 0, 1, 2, 0, 0], 2);
        var squares = DistanceTable.Squares(features);
        var table = DistanceTable.Cosines(DistanceTable.Products(features, features), squares, squares);

        Assert.Equal([0, 1, 0], table[0].ToArray());
    }

    [Fact]
    public void DistancesOfParts_AreThoseOfTheirFeatures()
    {
        var (a, b) = (Draw(40, 64, 1), Draw(30, 64, 2));
        int[] rows = [3, 3, 9, 27, 39, 0, 1, 1], columns = [5, 6, 7, 8, 9, 29];
        var parts = new FrechetParts(a, b, DistanceTable.Products(a, b), DistanceTable.Squares(a), DistanceTable.Squares(b));

        // Eigenvalues that ought to be 0 are 1e-16 of the largest, and their roots 1e-8.
        var wanted = FrechetDistance.LowRank(Rows(a, rows), Rows(b, columns));
        Assert.Equal(wanted, parts.Distance(rows, columns), 1e-7 * wanted);
        Assert.Equal(wanted, new FrechetParts(b, a, DistanceTable.Products(b, a), DistanceTable.Squares(b), DistanceTable.Squares(a)).Distance(columns, rows), 1e-7 * wanted);
    }

    [Fact]
    public void TheLineOfFidInfinity_GoesThroughPointsOnALine()
    {
        int[] sizes = [10, 20, 50, 100];
        var (value, error) = FidFigures.Extrapolate(sizes, [.. sizes.Select(size => 7 + 300.0 / size)]);

        Assert.Equal(7, value, 1e-10);
        Assert.Equal(0, error, 1e-10);
    }

    [Fact]
    public void ACopycat_ScoresZeroOnFid_AndHasNoMifid()
    {
        var training = Draw(40, 64, 1);
        var figures = new FidFigures(training, new(10, 1), 1).Figures(training, DistanceTable.Products(training, training), new double[40], new double[40]).ToDictionary(each => each.Key);

        Assert.Equal(0, figures["fid"].Value!.Value, 1e-8);
        Assert.Null(figures["mifid"].Value);
        Assert.Contains("nothing to divide by", figures["mifid"].Note);
        Assert.Equal((20, 20), (figures["fid-floor"].N, figures["fid-floor"].M));
        Assert.True(figures["fid-floor"].Value > 0);
    }

    [Fact]
    public void TooFewIcons_AreNamed_AndGiveNoNumber()
    {
        var (one, five) = (Draw(1, 8, 1), Draw(5, 8, 2));
        var figures = new FidFigures(one, new(10, 1), 1).Figures(five, DistanceTable.Products(five, one), new double[5], new double[5])
            .Concat(new Manifold(five, 5).Figures(one, DistanceTable.Products(one, five), new(10, 1)))
            .Append(Kid.Of(one, five, 1))
            .Concat(new CopyTests(DistanceSpace.Pixel, [], [0], null, new(10, 1)).Figures([new(0, 3, double.PositiveInfinity)])).ToList();

        Assert.All(figures, figure => Assert.Null(figure.Value));
        Assert.All(figures, figure => Assert.Contains("found ", figure.Note));
    }

    [Fact]
    public void ACopyOfARepeatedPicture_HasAGap()
    {
        // Icons 0 and 1 are one picture; the icon is a copy of it, and 2 is far off.
        var table = DistanceTable.Of(1, 3, (_, j) => j < 2 ? 0.5 : 9);

        Assert.Equal(0.5, TableMatches.Find(table, [0, 1, 2])[0].Second);
        Assert.Equal(9, TableMatches.Find(table, [0, 0, 1])[0].Second);
    }

    [Fact]
    public void Diversity_IsTheMeanDistanceOfIconsAtOneTrainingIcon_OverTheTrainingIconsThatHaveTwo()
    {
        // Three at training icon 4: right angles, and one twice; two alike at 7; one alone at 2.
        var features = new FeatureStatistics([1, 0, 0, 3, 0, 5, 2, 2, 4, 4, 9, 1], 2);
        AlignedMatch[] nearest = [.. ((int[])[4, 4, 4, 7, 7, 2]).Select(index => new AlignedMatch(index, 0.1, 0.2))];

        var figure = ClusterDiversity.Of(features, nearest, training: 8, new(10, 1));

        Assert.Equal(((1.0 + 1 + 0) / 3 + 0) / 2, figure.Value!.Value, 1e-12);
        Assert.Equal((6, 8, 2), (figure.N, figure.M, figure.K!.Value));
        Assert.Null(ClusterDiversity.Of(features, [.. nearest.Select((match, i) => match with { Index = i })], 8, new(10, 1)).Value);
    }

    [Fact]
    public void KeysOfTheCatalogue_AreOneOfAKind_AndHaveASentence()
    {
        Assert.Equal(FigureCatalogue.All.Count, FigureCatalogue.All.Select(each => each.Key).Distinct().Count());
        Assert.All(FigureCatalogue.All, each => Assert.EndsWith(".", each.Definition));
        Assert.All(FigureCatalogue.All, each => Assert.Same(each, FigureCatalogue.Of(each.Key)));
    }

    private static FeatureStatistics Rows(FeatureStatistics set, int[] rows) =>
        new([.. rows.SelectMany(i => set.Values.Skip(i * set.Dimension).Take(set.Dimension))], set.Dimension);

    private static FeatureStatistics Draw(int count, int dimension, int seed)
    {
        var random = new SplitMix64(seed);
        return new([.. Enumerable.Range(0, count * dimension).Select(_ => random.Below(1 << 20) / (float)(1 << 20))], dimension);
    }
}
