using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;

namespace IconDiffusion.Evaluation.Tests.Metrics;

public sealed class FrechetDistanceTests
{
    private static readonly Golden Recorded = Golden.Load("fid_mae");

    public static TheoryData<string> Cases => [.. Recorded.Json.GetProperty("cases").EnumerateObject().Select(entry => entry.Name)];

    [Theory, MemberData(nameof(Cases))]
    public void GoldenCases_AreMet(string name)
    {
        var (x, y) = (FromGolden($"{name}/X"), FromGolden($"{name}/Y"));
        var wanted = Recorded.Json.GetProperty("cases").GetProperty(name);

        // The result is a difference of terms of this size, each good to some 1e-14 of it.
        Assert.Equal(wanted.GetProperty("exact_lowrank_svd").GetDouble(), FrechetDistance.LowRank(x, y), 1e-12 * Magnitude(x, y));

        // pytorch-fid's matrix square root moves by 4e-7 with the BLAS where a covariance is singular; ours is exact there.
        Assert.Equal(wanted.GetProperty("pytorch_fid").GetDouble(), FrechetDistance.Between(x, y), 1e-6 * Magnitude(x, y));

        // Zero eigenvalues come out as ±1e-16 of the largest, and their square roots as 1e-8 of it.
        Assert.Equal(wanted.GetProperty("exact_eigh").GetDouble(), FrechetDistance.FromCovariances(x, y), 1e-6 * Magnitude(x, y));
    }

    [Fact]
    public void ThePreprintsSize_MeetsTheGoldenValue()
    {
        var x = BigFeatures("fid.big1", 158, shift: 0);
        var y = BigFeatures("fid.big2", 1024, shift: 0.05);
        var wanted = Recorded.Json.GetProperty("big");
        var distance = FrechetDistance.Between(x, y);
        Assert.Equal(wanted.GetProperty("exact_lowrank_svd").GetDouble(), distance, 1e-10 * distance);
        // scipy's matrix square root of a matrix of rank 157 in 2048 dimensions is low by 9e-6 of the trace.
        Assert.Equal(wanted.GetProperty("pytorch_fid").GetDouble(), distance, 1e-5 * distance);
    }

    [Fact]
    public void EqualCovariances_LeaveOnlyTheMeanDistance()
    {
        var x = Random(count: 30, dimension: 12, seed: 1);
        var y = new FeatureStatistics([.. x.Values.Select(value => value + 2)], 12);
        // 12 · 2²; the shift rounds float32 values of size 3 by 1e-7.
        Assert.Equal(48, FrechetDistance.Between(x, y), 1e-5);
    }

    [Theory]
    [InlineData(40, 8)]
    [InlineData(5, 64)]
    public void IdenticalSets_AreAtDistanceZero(int count, int dimension)
    {
        var x = Random(count, dimension, seed: 2);
        Assert.Equal(0, FrechetDistance.LowRank(x, x), 1e-12 * Magnitude(x, x));
    }

    [Fact]
    public void OneDimension_IsTheTextbookFormula()
    {
        // Means 2 and 5, sample variances 4 and 1: (2 − 5)² + (2 − 1)².
        var x = new FeatureStatistics([0, 2, 4], 1);
        var y = new FeatureStatistics([4, 5, 6], 1);
        Assert.Equal(10, FrechetDistance.LowRank(x, y), 1e-12);
        Assert.Equal(10, FrechetDistance.FromCovariances(x, y), 1e-12);
    }

    [Theory]
    [InlineData(50, 60, 7)]
    [InlineData(200, 33, 32)]
    [InlineData(2, 90, 20)]
    public void BothWays_Agree(int n1, int n2, int dimension)
    {
        var (x, y) = (Random(n1, dimension, seed: 3), Random(n2, dimension, seed: 4));
        Assert.Equal(FrechetDistance.LowRank(x, y), FrechetDistance.FromCovariances(x, y), 1e-6 * Magnitude(x, y));
    }

    [Fact]
    public void OrderOfImagesAndOfSets_ChangesNothing()
    {
        var (x, y) = (Random(20, 9, seed: 5), Random(15, 9, seed: 6));
        var reversed = new FeatureStatistics([.. x.Values.Chunk(9).Reverse().SelectMany(vector => vector)], 9);
        var distance = FrechetDistance.Between(x, y);
        Assert.Equal(distance, FrechetDistance.Between(reversed, y), 1e-12 * Magnitude(x, y));
        Assert.Equal(distance, FrechetDistance.Between(y, x), 1e-12 * Magnitude(x, y));
    }

    [Fact]
    public void MergedParts_AreTheWhole()
    {
        var x = Random(20, 9, seed: 7);
        var merged = FeatureStatistics.Merge([new(x.Values[..45], 9), new(x.Values[45..], 9)]);
        Assert.Equal(x.Values, merged.Values);
        Assert.Equal(20, merged.Count);
    }

    [Fact]
    public void OneImage_IsTooFew()
    {
        var error = Assert.Throws<InvalidOperationException>(() => FrechetDistance.Between(Random(1, 4, 8), Random(5, 4, 9)));
        Assert.Equal("Found 1 image; FID needs at least 2.", error.Message);
    }

    [Fact]
    public void FeaturesOfTwoNetworks_AreNotCompared() =>
        Assert.Throws<ArgumentException>(() => FrechetDistance.Between(Random(5, 4, 8), Random(5, 3, 9)));

    [Fact]
    public void FeatureThatIsNoNumber_IsNamed()
    {
        var error = Assert.Throws<ArgumentException>(() => new FeatureStatistics([1, 2, 3, float.NaN], 2));
        Assert.Contains("Feature 1 of image 1", error.Message);
    }

    // ‖μ₁ − μ₂‖² + Tr Σ₁ + Tr Σ₂
    private static double Magnitude(FeatureStatistics x, FeatureStatistics y) =>
        Enumerable.Range(0, x.Dimension).Sum(column =>
        {
            var (mean1, variance1) = Moments(x, column);
            var (mean2, variance2) = Moments(y, column);
            return (mean1 - mean2) * (mean1 - mean2) + variance1 + variance2;
        }) + 1e-300;

    private static (double Mean, double Variance) Moments(FeatureStatistics x, int column)
    {
        var values = Enumerable.Range(0, x.Count).Select(row => (double)x.Values[row * x.Dimension + column]).ToArray();
        var mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / (x.Count - 1));
    }

    private static FeatureStatistics FromGolden(string name) => new(Recorded.Floats(name), (int)Recorded.Shape(name)[1]);

    private static FeatureStatistics Random(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, count * dimension).Select(i => (float)(random.NextDouble() * (1 + i % dimension)))], dimension);
    }

    // max(f32(0.5·(z + 0.5·roll(z, 1)) + shift + 0.25·j/d), 0), the recipe in fid_mae.json
    private static FeatureStatistics BigFeatures(string name, int count, double shift)
    {
        const int dimension = 2048;
        var z = Golden.Uniform(name, [count, dimension], -1, 1);
        var values = new float[z.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var column = i % dimension;
            var before = z[column == 0 ? i + dimension - 1 : i - 1];
            values[i] = Math.Max((float)(0.5 * (z[i] + 0.5 * before) + shift + 0.25 * column / dimension), 0);
        }
        return new(values, dimension);
    }
}
