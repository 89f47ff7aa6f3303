using IconDiffusion.Kernels;
using TorchSharp;
using static IconDiffusion.Generators.Adversarial.Matrices;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// The transforms of adaptive discriminator augmentation (Karras et al. 2020, arXiv:2006.06676, appendix B): pixels are moved at twice
/// the resolution with a wavelet's low-pass filter, so that nothing aliases; colours by one affine map. Differentiable any number of
/// times by the icons.
/// </summary>
public static class AdaptiveAugment
{
    // Pixels of the original that the filter reaches to either side.
    private static readonly int s_reach = FirFilter.Symlet6.Length / 4;

    /// <summary>Transforms each icon.</summary>
    /// <param name="icons">[N,C,H,W], C 3 or 1.</param>
    /// <param name="parameters">For N icons.</param>
    public static Tensor Apply(Tensor icons, AdaParameters parameters)
    {
        if (icons.shape[0] != parameters.Batch)
            throw new ArgumentException($"Adaptive augmentation has parameters of {parameters.Batch} icons; {icons.shape[0]} came.");
        if (parameters.MovesPixels) icons = MovePixels(icons, parameters);
        return parameters.ChangesColours ? ChangeColours(icons, parameters) : icons;
    }

    /// <summary>How far the transformed icons of a batch look beyond the edges of the originals: whole pixels to reflect there.</summary>
    internal static Margins Reach(IReadOnlyList<double[,]> inverse, long height, long width)
    {
        var (x, y) = ((width - 1) / 2.0, (height - 1) / 2.0);
        var corners = inverse.SelectMany(matrix => new[] { (-x, -y), (x, -y), (x, y), (-x, y) }.Select(corner => (
            X: matrix[0, 0] * corner.Item1 + matrix[0, 1] * corner.Item2 + matrix[0, 2],
            Y: matrix[1, 0] * corner.Item1 + matrix[1, 1] * corner.Item2 + matrix[1, 2]))).ToList();
        return new(
            Pixels(corners.Max(at => -at.X) - x, width), Pixels(corners.Max(at => at.X) - x, width),
            Pixels(corners.Max(at => -at.Y) - y, height), Pixels(corners.Max(at => at.Y) - y, height));

        // Reflection gives no more than the rest of the icon. A hair below a whole number is that number, rounded.
        static long Pixels(double beyond, long size) =>
            (long)Math.Ceiling(Math.Clamp(beyond + 2 * s_reach, 0, size - 1) - 1e-5);
    }

    /// <summary>The matrices that <see cref="BilinearSampler"/> takes, of the padded and doubled image.</summary>
    internal static double[][,] Theta(IReadOnlyList<double[,]> inverse, Margins margins, long height, long width)
    {
        var (paddedWidth, paddedHeight) = (width + margins.Left + margins.Right, height + margins.Top + margins.Bottom);
        var (outWidth, outHeight) = ((width + 2 * s_reach) * 2, (height + 2 * s_reach) * 2);
        return [.. inverse.Select(matrix => Multiply(
            Scale(1.0 / paddedWidth, 1.0 / paddedHeight),                         // to −1…1 of the doubled image
            Translate(-0.5, -0.5), Scale(2, 2),                                   // doubling moves pixels' centres
            Translate((margins.Left - margins.Right) / 2.0, (margins.Top - margins.Bottom) / 2.0),
            matrix,
            Scale(0.5, 0.5), Translate(0.5, 0.5),
            Scale(outWidth / 2.0, outHeight / 2.0)))];
    }

    private static Tensor MovePixels(Tensor icons, AdaParameters parameters)
    {
        var (height, width) = (icons.shape[2], icons.shape[3]);
        double[][,] inverse = [.. Enumerable.Range(0, parameters.Batch).Select(i => parameters.InverseGeometry(i, height, width))];
        var margins = Reach(inverse, height, width);
        var filter = FirFilter.Symlet6;

        // Reflect beyond the edges, double, sample, halve again.
        icons = F.pad(icons, [margins.Left, margins.Right, margins.Top, margins.Bottom], PaddingModes.Reflect);
        icons = FastOps.fir2d(icons, filter, up: 2, padding: UpFirDn.Upsampling(filter.Length, 2), gain: 4);
        icons = BilinearSampler.Sample(
            icons, Theta(inverse, margins, height, width), (height + 2 * s_reach) * 2, (width + 2 * s_reach) * 2);
        return FastOps.fir2d(icons, filter, down: 2, padding: UpFirDn.Downsampling(filter.Length, 2) + -2 * s_reach, flip: true);
    }

    private static Tensor ChangeColours(Tensor icons, AdaParameters parameters)
    {
        var (n, c, h, w) = (icons.shape[0], icons.shape[1], icons.shape[2], icons.shape[3]);
        if (c is not (1 or 3)) throw new ArgumentException($"Adaptive augmentation changes icons of 1 or 3 colours; {c} came.");
        var colours = Stack([.. Enumerable.Range(0, parameters.Batch).Select(i => parameters.Colours(i, hasHue: c == 3))])
            .to(icons.dtype).to(icons.device);                                    // [N,4,4]
        var (linear, shift) = (colours.narrow(1, 0, 3).narrow(2, 0, 3), colours.narrow(1, 0, 3).narrow(2, 3, 1));
        if (c == 1) (linear, shift) = (linear.mean([1], keepdim: true).sum([2], keepdim: true), shift.mean([1], keepdim: true));
        return (linear.matmul(icons.reshape(n, c, h * w)) + shift).reshape(n, c, h, w);
    }
}
