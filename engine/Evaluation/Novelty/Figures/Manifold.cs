using IconDiffusion.Evaluation.Features;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// Precision and recall (Kynkäänniemi et al. 2019, eq. 1) and density and coverage (Naeem et al. 2020, eqs. 5 and 6) of features, by
/// Euclidean distance. An icon is within reach of another if it is nearer than that one's k-th nearest of its own set.
/// </summary>
/// <param name="training">The real icons.</param>
/// <param name="k">Neighbours.</param>
internal sealed class Manifold(FeatureStatistics training, int k)
{
    private readonly double[] _squares = DistanceTable.Squares(training);

    private readonly double[]? _reach = training.Count > k ? Reach(training, k) : null;

    /// <summary>The four figures. Intervals are over the icons that each is a mean of: training icons for recall and coverage.</summary>
    public IEnumerable<Figure> Figures(FeatureStatistics icons, DistanceTable products, Bootstrap bootstrap)
    {
        var (n, m) = (icons.Count, training.Count);
        var squares = DistanceTable.Squares(icons);
        var precise = new double[n];
        var dense = new double[n];
        var covered = new double[m];
        if (_reach is not null)
        {
            for (var i = 0; i < n; i++)
                for (var j = 0; j < m; j++)
                    if (Squared(i, j) < _reach[j])
                    {
                        precise[i] = 1;
                        dense[i] += 1.0 / k;
                        covered[j] = 1;
                    }
        }
        var recalled = new double[m];
        if (n > k)
        {
            var reach = Reach(icons, k);
            for (var j = 0; j < m; j++)
                recalled[j] = Enumerable.Range(0, n).Any(i => Squared(i, j) < reach[i]) ? 1 : 0;
        }
        var few = _reach is null ? $"found {m} training icons; {k} neighbours of one need at least {k + 1}" : null;
        yield return Make("precision", precise, few);
        yield return Make("recall", recalled, n > k ? null : $"found {n} icons; {k} neighbours of one need at least {k + 1}");
        yield return Make("density", dense, few);
        yield return Make("coverage", covered, few);

        double Squared(int i, int j) => Math.Max(0, squares[i] + _squares[j] - 2 * products[i][j]);

        Figure Make(string key, double[] each, string? note)
        {
            var figure = new Figure(key, null, N: n, M: m, K: k, Note: note);
            if (note is not null) return figure;
            var (low, high) = bootstrap.OfMean(each);
            return figure with { Value = each.Average(), Low = low, High = high };
        }
    }

    // Squared distance of each vector to its k-th nearest other one. Rows are worked out and forgotten: thousands of icons have a
    // table of gigabytes.
    private static double[] Reach(FeatureStatistics set, int k)
    {
        var squares = DistanceTable.Squares(set);
        var reach = new double[set.Count];
        Parallel.For(0, set.Count, i =>
        {
            var distances = new double[set.Count];
            for (var j = 0; j < distances.Length; j++)
                distances[j] = j == i ? -1 : Math.Max(0, squares[i] + squares[j] - 2 * DistanceTable.Product(set, i, set, j));
            Array.Sort(distances);
            reach[i] = distances[k];
        });
        return reach;
    }
}
