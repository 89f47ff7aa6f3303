using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Kernels;

/// <summary>Rows and columns added around an image; negative: cut off.</summary>
public readonly record struct Margins(long Left, long Right, long Top, long Bottom)
{
    /// <summary>The same on all four sides.</summary>
    public static implicit operator Margins(long all) => new(all, all, all, all);

    /// <summary>Both, side by side.</summary>
    public static Margins operator +(Margins one, Margins other) =>
        new(one.Left + other.Left, one.Right + other.Right, one.Top + other.Top, one.Bottom + other.Bottom);
}

/// <summary>
/// Upsample, pad, filter, downsample (Karras et al. 2020, arXiv:1912.04958, after upfirdn of signal processing), composed of ordinary
/// operations, differentiable any number of times.
/// </summary>
public static class UpFirDn
{
    /// <summary>
    /// Puts up − 1 zeros after each pixel, pads or cuts off, convolves every channel with the filter, and keeps every
    /// <paramref name="down"/>th pixel.
    /// </summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="filter">[kh,kw], or [k] for both axes one after the other; none is the identity.</param>
    /// <param name="up">Factors along (x, y).</param>
    /// <param name="down">Factors along (x, y).</param>
    /// <param name="padding">In pixels of the upsampled image.</param>
    /// <param name="flip">Correlates instead: the filter as it is, not mirrored.</param>
    /// <param name="gain">Factor on the result.</param>
    /// <returns>[N,C,H′,W′], W′ = ⌊(W·up + left + right − kw)/down⌋ + 1.</returns>
    public static Tensor Apply(
        Tensor x, Tensor? filter, (long X, long Y) up, (long X, long Y) down, Margins padding, bool flip = false, double gain = 1)
    {
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        // One channel per image: a convolution in groups would be differentiated twice group by group.
        x = x.reshape(n * c, 1, h, w);
        if (up != (1, 1))
        {
            x = F.pad(x.reshape(n * c, h, 1, w, 1), [0, up.X - 1, 0, 0, 0, up.Y - 1]);
            x = x.reshape(n * c, 1, h * up.Y, w * up.X);
        }
        if (padding != default)
            x = F.pad(x, [padding.Left, padding.Right, padding.Top, padding.Bottom]);

        filter = filter is null ? ones(1, 1, dtype: x.dtype, device: x.device) : filter.to(x.dtype);
        filter *= Math.Pow(gain, filter.ndim / 2.0);
        if (!flip) filter = filter.flip([.. Enumerable.Range(0, (int)filter.ndim).Select(dim => (long)dim)]);
        x = filter.ndim == 2
            ? PlainOps.conv2d(x, filter.unsqueeze(0).unsqueeze(0), null, 1, (0, 0))
            : PlainOps.conv2d(PlainOps.conv2d(x, filter.reshape(1, 1, 1, -1), null, 1, (0, 0)), filter.reshape(1, 1, -1, 1), null, 1, (0, 0));

        if (down.Y != 1) x = x.slice(2, 0, x.shape[2], down.Y);
        if (down.X != 1) x = x.slice(3, 0, x.shape[3], down.X);
        return x.reshape(n, c, x.shape[2], x.shape[3]);
    }

    /// <summary>What to pad so that an image comes out <paramref name="up"/> times as large, centred.</summary>
    public static Margins Upsampling(long taps, long up) => Both((taps + up - 1) / 2, (taps - up) / 2);

    /// <summary>What to pad so that an image comes out at 1/<paramref name="down"/> of its size, centred; with 1, at its size.</summary>
    public static Margins Downsampling(long taps, long down) => Both((taps - down + 1) / 2, (taps - down) / 2);

    private static Margins Both(long before, long after) => new(before, after, before, after);
}
