namespace IconDiffusion.Evaluation.Metrics;

/// <summary>How far values of a sample lie from their mean.</summary>
public static class SampleDeviation
{
    /// <summary>The standard deviation with N − 1, since the values are a sample of all; null: fewer than two.</summary>
    public static double? Of(double[] values)
    {
        if (values.Length < 2) return null;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
