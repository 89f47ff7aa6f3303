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
        // Subsets of small sets meet the same pairs again and again.
        var (ofA, ofB, between) = (Products(a, a), Products(b, b), Products(a, b));
        Parallel.For(0, Subsets, s => values[s] = Discrepancy(
            RandomStreams.Subset(a.Count, size, seed, RandomStreams.Kid, 2 * s), RandomStreams.Subset(b.Count, size, seed, RandomStreams.Kid, 2 * s + 1),
            ofA, ofB, between, a.Dimension));
        var mean = values.Average();
        return figure with { Value = mean, Spread = Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) };
    }

    /// <summary>MMD², unbiased, of as many images of each set; it may be slightly below 0.</summary>
    internal static double Discrepancy(FeatureStatistics a, int[] ofA, FeatureStatistics b, int[] ofB) =>
        Discrepancy(ofA, ofB, Products(a, a), Products(b, b), Products(a, b), a.Dimension);

    private static double Discrepancy(
        int[] ofA, int[] ofB, Func<int, int, double> productsOfA, Func<int, int, double> productsOfB, Func<int, int, double> productsBetween, int dimension)
    {
        var (within, between, count) = (0.0, 0.0, ofA.Length);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++) within += 2 * (Kernel(productsOfA(ofA[i], ofA[j])) + Kernel(productsOfB(ofB[i], ofB[j])));
            for (var j = 0; j < count; j++) between += Kernel(productsBetween(ofA[i], ofB[j]));
        }
        return within / ((double)count * (count - 1)) - 2 * between / ((double)count * count);

        double Kernel(double product)
        {
            var value = product / dimension + 1;
            return value * value * value;
        }
    }

    // xᵀy of pairs: from a table where it is smaller than what the subsets ask for, which is the same to the bit.
    private static Func<int, int, double> Products(FeatureStatistics a, FeatureStatistics b)
    {
        if ((long)a.Count * b.Count > (long)Subsets * LargestSubset * LargestSubset / 2) return (i, j) => DistanceTable.Product(a, i, b, j);
        var table = DistanceTable.Products(a, b);
        return (i, j) => table[i][j];
    }
}
