using TorchSharp.Native;
using static TorchSharp.torch;

namespace IconDiffusion.Torch;

// What style-based generators are made of: float32 on the CPU only, fastest on channels_last, with gradients of gradients.
public static partial class TorchExtras
{
    /// <summary>
    /// Filters both axes of x [N, C, H, W] with the taps [k], 1 to 64 of them: up − 1 zeros after each pixel, pixels added or (negative)
    /// cut off at the sides, convolution, or correlation if flip, times gain, every down-th pixel kept.
    /// </summary>
    public static Tensor fir2d(Tensor x, Tensor taps, long up, long down, (long left, long right, long top, long bottom) padding,
        bool flip, double gain) =>
        Own(NativeMethods.icon_fir2d(x.Handle, taps.Handle, up, down, padding.left, padding.right, padding.top, padding.bottom,
            flip ? 1 : 0, gain), x, taps);

    /// <summary>x [N, C, H, W] times styles [N, C].</summary>
    public static Tensor modulate(Tensor x, Tensor styles) => Own(NativeMethods.icon_modulate(x.Handle, styles.Handle), x, styles);

    /// <summary>
    /// gain · leaky_relu(x · scale + noise + bias) in one pass: scale [N, C], noise [N, 1, H, W] or [1, 1, H, W], bias [C], each or
    /// null; slope and gain above 0.
    /// </summary>
    public static Tensor scaled_lrelu(Tensor x, Tensor? scale, Tensor? noise, Tensor? bias, double slope, double gain) =>
        Own(NativeMethods.icon_scaled_lrelu(x.Handle, HandleOf(scale), HandleOf(noise), HandleOf(bias), slope, gain),
            x, scale, noise, bias);
}
