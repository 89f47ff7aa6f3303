using IconDiffusion.Evaluation.Features;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>Kernel inception distance (Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy with the kernel (xᵀy/d + 1)³.</summary>
internal static class Kid
{
    public const int Subsets = 100;

    public const int LargestSubset = 100;

    /// <summary>Mean over random subsets of both sets, with the standard deviation over them; K is the subsets' size.</summary>
    public static Figure Of(FeatureStatistics a, FeatureStatistics b, int seed)
    {
        var size = Math.Min(LargestSubset, Math.Min(a.Count, b.Count));
        var figure = new Figure("kid", null, N: a.Count, M: b.Count, K: size);
        if (size < 2) return figure with { Note = $"found sets of {a.Count} and {b.Count} icons; at least 2 each are needed" };
        var values = new double[Subsets];
        Parallel.For(0, Subsets, s => values[s] = Discrepancy(
            a, RandomStreams.Subset(a.Count, size, seed, RandomStreams.Kid, 2 * s),
            b, RandomStreams.Subset(b.Count, size, seed, RandomStreams.Kid, 2 * s + 1)));
        var mean = values.Average();
        return figure with { Value = mean, Spread = Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) };
    }

    /// <summary>MMD², unbiased, of as many images of each set; it may be slightly below 0.</summary>
    internal static double Discrepancy(FeatureStatistics a, int[] ofA, FeatureStatistics b, int[] ofB)
    {
        var (within, between, count) = (0.0, 0.0, ofA.Length);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++) within += 2 * (Kernel(a, ofA[i], a, ofA[j]) + Kernel(b, ofB[i], b, ofB[j]));
            for (var j = 0; j < count; j++) between += Kernel(a, ofA[i], b, ofB[j]);
        }
        return within / ((double)count * (count - 1)) - 2 * between / ((double)count * count);
    }

    private static double Kernel(FeatureStatistics a, int i, FeatureStatistics b, int j)
    {
        var value = DistanceTable.Product(a, i, b, j) / a.Dimension + 1;
        return value * value * value;
    }
}
