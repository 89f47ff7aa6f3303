namespace IconDiffusion.Imaging;

/// <summary>A filter of Pillow's Resample.c: the weight of an old pixel by its distance from the new one's centre, in pixels of the coarser image.</summary>
public sealed class ResizeFilter
{
    private readonly Func<double, double> _weight;

    private ResizeFilter(double support, Func<double, double> weight) => (Support, _weight) = (support, weight);

    /// <summary>A triangle; torchvision's default.</summary>
    public static ResizeFilter Bilinear { get; } = new(1, x => Math.Max(0.0, 1.0 - Math.Abs(x)));

    /// <summary>Cubic convolution with a = −0.5 (Keys 1981).</summary>
    public static ResizeFilter Bicubic { get; } = new(2, x => Cubic(Math.Abs(x)));

    /// <summary>A sinc under the middle of another three times as wide.</summary>
    public static ResizeFilter Lanczos { get; } = new(3, x => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0);

    /// <summary>Distance beyond which nothing counts.</summary>
    public double Support { get; }

    /// <summary>Not normalised; may be negative.</summary>
    public double Weight(double distance) => _weight(distance);

    private static double Cubic(double x)
    {
        const double a = -0.5;
        return x < 1 ? ((((a + 2) * x) - (a + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a
            : 0;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
