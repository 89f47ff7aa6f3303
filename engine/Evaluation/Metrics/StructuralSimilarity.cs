namespace IconDiffusion.Evaluation.Metrics;

/// <summary>
/// Structural similarity of 8-bit RGB pictures (Wang et al. 2004): Gaussian weights of σ 1.5 in a window of 11×11, K₁ 0.01, K₂ 0.03, variances with the weights as they are (not N − 1).
/// The mean over all places where the window fits, as the authors' ssim.m has it, and over red, green and blue, where theirs is of grey. That is scikit-image's
/// <c>structural_similarity</c> with <c>gaussian_weights=True, use_sample_covariance=False, channel_axis=2, data_range=255</c>.
/// </summary>
public static class StructuralSimilarity
{
    /// <summary>Side of the window: smaller pictures have no figure.</summary>
    public const int Window = 11;

    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    private static readonly double[] Weights = Gaussian();

    /// <summary>−1…1, 1 for equal pictures.</summary>
    /// <param name="original">RGB, rows of <paramref name="side"/> pixels, as many rows.</param>
    /// <exception cref="ArgumentException">The pictures are not of that size, or smaller than the window.</exception>
    public static double Of(ReadOnlySpan<byte> original, ReadOnlySpan<byte> picture, int side)
    {
        if (original.Length != side * side * 3 || picture.Length != original.Length || side < Window)
            throw new ArgumentException($"{original.Length} and {picture.Length} values came for {side}×{side} RGB; wanted two pictures of one size, at least {Window}×{Window}.", nameof(picture));
        var sum = 0.0;
        for (var channel = 0; channel < 3; channel++)
        {
            var (x, y) = (Plane(original, channel), Plane(picture, channel));
            double[] meanX = Blurred(x, side), meanY = Blurred(y, side);
            double[] squareX = Blurred(Product(x, x), side), squareY = Blurred(Product(y, y), side), product = Blurred(Product(x, y), side);
            for (var i = 0; i < meanX.Length; i++)
            {
                var (mx, my) = (meanX[i], meanY[i]);
                sum += ((2 * mx * my) + C1) * ((2 * (product[i] - (mx * my))) + C2)
                    / (((mx * mx) + (my * my) + C1) * (squareX[i] - (mx * mx) + squareY[i] - (my * my) + C2));
            }
        }
        var places = side - Window + 1;
        return sum / (3.0 * places * places);
    }

    private static double[] Plane(ReadOnlySpan<byte> pixels, int channel)
    {
        var plane = new double[pixels.Length / 3];
        for (var i = 0; i < plane.Length; i++) plane[i] = pixels[(3 * i) + channel];
        return plane;
    }

    private static double[] Product(double[] a, double[] b)
    {
        var product = new double[a.Length];
        for (var i = 0; i < a.Length; i++) product[i] = a[i] * b[i];
        return product;
    }

    // Where the window fits, across, then down: [side − 10, side − 10].
    private static double[] Blurred(double[] plane, int side)
    {
        var places = side - Window + 1;
        var (across, result) = (new double[side * places], new double[places * places]);
        for (var y = 0; y < side; y++)
            for (var x = 0; x < places; x++)
                for (var k = 0; k < Window; k++) across[(y * places) + x] += Weights[k] * plane[(y * side) + x + k];
        for (var y = 0; y < places; y++)
            for (var k = 0; k < Window; k++)
                for (var x = 0; x < places; x++) result[(y * places) + x] += Weights[k] * across[((y + k) * places) + x];
        return result;
    }

    private static double[] Gaussian()
    {
        var weights = new double[Window];
        for (var i = 0; i < Window; i++) weights[i] = Math.Exp(-0.5 * (i - (Window / 2)) * (i - (Window / 2)) / (1.5 * 1.5));
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
