using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// How unlike icons are that share their nearest training icon (Ojha et al. 2021's intra-cluster distance, there by LPIPS, here by 1 − cosine of features): a generator
/// that has learned a few icons by heart draws each over and over, which no distance to the training icons alone shows of icons that are all a little off.
/// </summary>
internal static class ClusterDiversity
{
    /// <summary>Mean over the training icons that are nearest to at least two icons; the interval is over those training icons, K is their number.</summary>
    /// <param name="features">Of the icons.</param>
    /// <param name="nearest">Their nearest training icons by the same features.</param>
    /// <param name="training">Training icons.</param>
    public static Figure Of(FeatureStatistics features, AlignedMatch[] nearest, int training, Bootstrap bootstrap)
    {
        var squares = DistanceTable.Squares(features);
        int[][] clusters = [.. Enumerable.Range(0, nearest.Length).GroupBy(i => nearest[i].Index).OrderBy(cluster => cluster.Key).Select(cluster => cluster.ToArray()).Where(cluster => cluster.Length > 1)];
        var figure = new Figure("cluster-diversity", null, N: features.Count, M: training, K: clusters.Length);
        if (clusters.Length == 0) return figure with { Note = $"found {features.Count} icons, no two of which share their nearest training icon" };
        var means = new double[clusters.Length];
        Parallel.For(0, means.Length, c => means[c] = Mean(clusters[c]));
        var (low, high) = bootstrap.OfMean(means);
        return figure with { Value = means.Average(), Low = low, High = high };

        double Mean(int[] cluster)
        {
            var sum = 0.0;
            for (var i = 0; i < cluster.Length; i++)
                for (var j = 0; j < i; j++)
                    sum += DistanceTable.Cosine(DistanceTable.Product(features, cluster[i], features, cluster[j]), squares[cluster[i]], squares[cluster[j]]);
            return sum / (cluster.Length * (cluster.Length - 1) / 2);
        }
    }
}
