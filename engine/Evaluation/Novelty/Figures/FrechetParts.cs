using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// Fréchet distances between parts of two sets, thousands of times faster than from their features: the products of all pairs are
/// worked out once, and a part only centres its own rows and columns of them. As <see cref="FrechetDistance.LowRank"/>, with the
/// singular values as roots of eigenvalues, which costs digits beyond the eighth and is right for subsets and resamples.
/// </summary>
/// <param name="a">Rows.</param>
/// <param name="b">Columns.</param>
internal sealed class FrechetParts(FeatureStatistics a, FeatureStatistics b, DistanceTable products, double[] squaresOfA, double[] squaresOfB)
{
    /// <param name="rows">Images of the first set, at least two; one may come several times.</param>
    /// <param name="columns">Images of the second.</param>
    public double Distance(ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        var (meanA, traceA) = Moments(a, squaresOfA, rows);
        var (meanB, traceB) = Moments(b, squaresOfB, columns);
        var means = 0.0;
        for (var k = 0; k < meanA.Length; k++) means += (meanA[k] - meanB[k]) * (meanA[k] - meanB[k]);
        return means + traceA + traceB - 2 * NuclearNorm(rows, columns);
    }

    // Mean, and trace of the covariance over n − 1.
    private static (double[] Mean, double Trace) Moments(FeatureStatistics features, double[] squares, ReadOnlySpan<int> images)
    {
        var mean = new double[features.Dimension];
        var sum = 0.0;
        foreach (var i in images)
        {
            var x = features.Values.AsSpan(i * mean.Length, mean.Length);
            for (var k = 0; k < mean.Length; k++) mean[k] += x[k];
            sum += squares[i];
        }
        var ofMean = 0.0;
        for (var k = 0; k < mean.Length; k++)
        {
            mean[k] /= images.Length;
            ofMean += mean[k] * mean[k];
        }
        return (mean, (sum - images.Length * ofMean) / (images.Length - 1));
    }

    // The sum of the singular values of the centred products over √(n − 1)√(m − 1).
    private double NuclearNorm(ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        var (n, m) = (rows.Length, columns.Length);
        var centred = new double[n * m];
        var ofColumns = new double[m];
        for (var i = 0; i < n; i++)
        {
            var from = products[rows[i]];
            var to = centred.AsSpan(i * m, m);
            var mean = 0.0;
            for (var j = 0; j < m; j++) mean += to[j] = from[columns[j]];
            mean /= m;
            for (var j = 0; j < m; j++) ofColumns[j] += to[j] -= mean;
        }
        for (var i = 0; i < n; i++)
            for (var j = 0; j < m; j++) centred[i * m + j] -= ofColumns[j] / n;

        using var scope = NewDisposeScope();
        var x = tensor(centred).reshape(n, m);
        var gram = n < m ? x.matmul(x.transpose(0, 1)) : x.transpose(0, 1).matmul(x);
        return (linalg.eigvalsh(gram).clamp(min: 0).sqrt().sum() / Math.Sqrt((n - 1.0) * (m - 1.0))).item<double>();
    }
}
