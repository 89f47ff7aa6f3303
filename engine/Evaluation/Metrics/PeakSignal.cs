namespace IconDiffusion.Evaluation.Metrics;

/// <summary>Peak signal-to-noise ratio of 8-bit pictures.</summary>
public static class PeakSignal
{
    /// <summary>The mean squared error of rounding to whole levels: nothing that is given in whole levels is known better.</summary>
    public const double Rounding = 1.0 / 12;

    /// <summary>10·log₁₀(255² / mean squared error) over all values, in dB; at most 58.9, that of <see cref="Rounding"/>, also for equal pictures.</summary>
    /// <exception cref="ArgumentException">The pictures are of different sizes, or empty.</exception>
    public static double Of(ReadOnlySpan<byte> original, ReadOnlySpan<byte> picture)
    {
        if (original.Length != picture.Length || original.Length == 0)
            throw new ArgumentException($"{original.Length} and {picture.Length} values came; wanted two pictures of one size.", nameof(picture));
        long sum = 0;
        for (var i = 0; i < original.Length; i++) sum += (original[i] - picture[i]) * (original[i] - picture[i]);
        return 10 * Math.Log10(255.0 * 255.0 / Math.Max(Rounding, (double)sum / original.Length));
    }
}
