namespace IconDiffusion.Specs.Novelty;

/// <summary>The 95 % interval of a share (Wilson 1927), which also holds near 0 and 1.</summary>
public static class Wilson
{
    /// <param name="share">0…1; also a mean of values in 0…1, of which no set varies more than one of zeros and ones: for those the interval is too wide rather than too narrow.</param>
    /// <param name="count">Of how many, at least 1.</param>
    /// <returns>0…1.</returns>
    public static (double Low, double High) Of(double share, int count)
    {
        const double z = 1.96;
        var middle = share + (z * z / (2 * count));
        var half = z * Math.Sqrt((share * (1 - share) / count) + (z * z / (4.0 * count * count)));
        return (Math.Max(0, (middle - half) / (1 + (z * z / count))), Math.Min(1, (middle + half) / (1 + (z * z / count))));
    }
}
