using IconDiffusion.Data;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// 95 % percentile intervals over icons (Efron 1979): a figure of the same number of icons, drawn with replacement. Resample r is the
/// same icons for every figure of a set, so figures may be combined resample by resample.
/// </summary>
/// <param name="resamples">How many.</param>
/// <param name="seed">Starts the draws.</param>
/// <param name="stream">Keeps draws from the same seed apart.</param>
internal sealed class Bootstrap(int resamples, int seed, long stream = RandomStreams.Bootstrap)
{
    public int Resamples => resamples;

    /// <summary>As many, or <paramref name="most"/>, for a figure that takes long.</summary>
    public Bootstrap AtMost(int most) => new(Math.Min(resamples, most), seed, stream);

    /// <summary>Other draws, for a second set that is drawn beside the first.</summary>
    public Bootstrap Other() => new(resamples, seed, RandomStreams.OtherBootstrap);

    /// <summary>The figure of each resample.</summary>
    /// <param name="count">Icons.</param>
    /// <param name="statistic">Of these icons, some of them several times; called in parallel.</param>
    public double[] Values(int count, Func<int[], double> statistic)
    {
        var values = new double[resamples];
        Parallel.For(0, resamples, r => values[r] = statistic(Draw(count, r)));
        return values;
    }

    /// <summary>The icons of resample <paramref name="r"/>.</summary>
    public int[] Draw(int count, int r)
    {
        var random = new SplitMix64(seed, stream, r);
        var icons = new int[count];
        for (var i = 0; i < count; i++) icons[i] = random.Below(count);
        return icons;
    }

    /// <summary>Where the middle 95 % of <paramref name="values"/> end; null: there are none, or they are of one icon.</summary>
    public static (double? Low, double? High) Interval(double[] values, int count)
    {
        if (count < 2 || values.Length == 0) return (null, null);
        var sorted = values.Order().ToArray();
        return (Quantile(sorted, 0.025), Quantile(sorted, 0.975));
    }

    /// <summary>Of a figure that is the mean of one number for each icon.</summary>
    public (double? Low, double? High) OfMean(double[] each) => Interval(Values(each.Length, icons =>
    {
        var sum = 0.0;
        foreach (var i in icons) sum += each[i];
        return sum / icons.Length;
    }), each.Length);

    /// <summary>Of a figure that is a quantile of one number for each icon.</summary>
    public (double? Low, double? High) OfQuantile(double[] each, double quantile) => Interval(Values(each.Length, icons =>
    {
        var drawn = Array.ConvertAll(icons, i => each[i]);
        Array.Sort(drawn);
        return Quantile(drawn, quantile);
    }), each.Length);

    /// <summary>With linear interpolation between neighbours (Hyndman &amp; Fan 1996, type 7).</summary>
    /// <param name="sorted">Ascending, at least one.</param>
    public static double Quantile(double[] sorted, double quantile)
    {
        var place = quantile * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
    }
}
