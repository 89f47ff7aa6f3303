using System.Runtime.InteropServices;

namespace TorchSharp.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)] internal static partial void icon_release_cached_memory();

    [LibraryImport(Library)]
    internal static partial IntPtr icon_conv2d(IntPtr x, IntPtr weight, IntPtr bias, long stride, long padH, long padW);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_conv_transpose2d(IntPtr x, IntPtr weight, long stride, long padding);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_conv2d_relu(IntPtr x, IntPtr weight, IntPtr bias, long stride, long padH, long padW);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_group_norm_silu(IntPtr x, long groups, IntPtr weight, IntPtr bias, IntPtr scale,
        IntPtr shift, double eps);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_channel_norm(IntPtr x, IntPtr gain, IntPtr bias, double eps);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_layer_norm_relu(IntPtr x, IntPtr weight, IntPtr bias, double eps);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_linear_attention(IntPtr qkv, long heads, double scale);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_attention(IntPtr qkv, long heads, double scale);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_fir2d(IntPtr x, IntPtr taps, long up, long down, long left, long right, long top,
        long bottom, int flip, double gain);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_modulate(IntPtr x, IntPtr styles);

    [LibraryImport(Library)]
    internal static partial IntPtr icon_scaled_lrelu(IntPtr x, IntPtr scale, IntPtr noise, IntPtr bias, double slope,
        double gain);

    [LibraryImport(Library)]
    internal static partial int icon_adam_step(IntPtr* parameters, IntPtr* gradients, IntPtr* expAvg, IntPtr* expAvgSq,
        IntPtr* ema, int count, double lr, double beta1, double beta2, double eps, long step, double gradScale,
        double emaDecay);

    [LibraryImport(Library)]
    internal static partial int icon_grad_norm(IntPtr* gradients, int count, double* norm);
}
