using TorchSharp.Native;
using static TorchSharp.torch;

namespace IconDiffusion.Torch;

/// <summary>
/// What TorchSharp's API lacks. The fused operations run float32 on the CPU with kernels of their own, fastest on
/// channels_last tensors, and everything else as ATen operators; all have gradients, and gradients of gradients.
/// </summary>
public static partial class TorchExtras
{
    /// <summary>Convolution of x [N, Cin, H, W] by weight [Cout, Cin, kh, kw] with bias [Cout] or none.</summary>
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor? bias = null, long stride = 1, long padding = 0) =>
        conv2d(x, weight, bias, stride, (padding, padding));

    /// <summary>As above, padded by (rows, columns).</summary>
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor? bias, long stride, (long h, long w) padding) =>
        Own(NativeMethods.icon_conv2d(x.Handle, weight.Handle, HandleOf(bias), stride, padding.h, padding.w), x, weight, bias);

    /// <summary>
    /// Transposed convolution of x [N, Cin, H, W] by weight [Cin, Cout, kh, kw]: [N, Cout, (H − 1) · stride − 2 · padding + kh, …].
    /// </summary>
    public static Tensor conv_transpose2d(Tensor x, Tensor weight, long stride = 1, long padding = 0) =>
        Own(NativeMethods.icon_conv_transpose2d(x.Handle, weight.Handle, stride, padding), x, weight);

    /// <summary>max(0, conv2d(…)) in one pass; without gradients.</summary>
    public static Tensor conv2d_relu(Tensor x, Tensor weight, Tensor? bias, long stride, (long h, long w) padding) =>
        Own(NativeMethods.icon_conv2d_relu(x.Handle, weight.Handle, HandleOf(bias), stride, padding.h, padding.w), x, weight, bias);

    /// <summary>
    /// silu(group_norm(x) · (scale + 1) + shift): x [N, C, H, W], weight and bias [C], scale and shift [N, C] or both null.
    /// </summary>
    public static Tensor group_norm_silu(Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale = null,
        Tensor? shift = null, double eps = 1e-5) =>
        Own(NativeMethods.icon_group_norm_silu(x.Handle, groups, weight.Handle, bias.Handle, HandleOf(scale), HandleOf(shift), eps),
            x, weight, bias, scale, shift);

    /// <summary>(x − mean) / √(var + eps) · gain + bias over the channels of each pixel; x [N, C, H, W], gain and bias [1, C, 1, 1].</summary>
    public static Tensor channel_norm(Tensor x, Tensor gain, Tensor bias, double eps = 1e-5) =>
        Own(NativeMethods.icon_channel_norm(x.Handle, gain.Handle, bias.Handle, eps), x, gain, bias);

    /// <summary>
    /// max(0, (x − mean) / √(var + eps) · weight + bias), mean and var over each sample's C, H and W; x [N, C, H, W], weight and
    /// bias [C]. Differentiable twice.
    /// </summary>
    public static Tensor layer_norm_relu(Tensor x, Tensor weight, Tensor bias, double eps = 1e-5) =>
        Own(NativeMethods.icon_layer_norm_relu(x.Handle, weight.Handle, bias.Handle, eps), x, weight, bias);

    /// <summary>
    /// Linear attention (Shen et al. 2018) over qkv [N, 3 · heads · d, H, W], giving [N, heads · d, H, W]: queries are
    /// softmaxed over d and scaled, keys over the pixels.
    /// </summary>
    public static Tensor linear_attention(Tensor qkv, long heads, double scale) =>
        Own(NativeMethods.icon_linear_attention(qkv.Handle, heads, scale), qkv);

    /// <summary>softmax(scale · qᵀ k) v over the pixels, with the layout of <see cref="linear_attention"/>.</summary>
    public static Tensor attention(Tensor qkv, long heads, double scale) =>
        Own(NativeMethods.icon_attention(qkv.Handle, heads, scale), qkv);

    /// <summary>The tensor [N, C, H, W] with its channels innermost in memory, which the fused operations like best.</summary>
    public static Tensor channels_last(Tensor tensor)
    {
        const long ChannelsLast = 2;  // c10::MemoryFormat
        return Aten.Call("contiguous", tensor, ChannelsLast);
    }

    public static bool is_channels_last(Tensor tensor)
    {
        bool answer = NativeMethods.icon_is_contiguous(tensor.Handle, channelsLast: 1) != 0;
        GC.KeepAlive(tensor);
        return answer;
    }

    /// <summary>Normal numbers like the tensor's shape, type and device, from a generator of that device.</summary>
    public static Tensor randn_like(Tensor tensor, Generator generator) =>
        randn(tensor.shape, tensor.dtype, tensor.device, generator: generator);

    private static IntPtr HandleOf(Tensor? tensor) => tensor?.Handle ?? IntPtr.Zero;

    private static Tensor Own(IntPtr handle, params ReadOnlySpan<Tensor?> keepAlive)
    {
        foreach (var tensor in keepAlive)
            GC.KeepAlive(tensor);
        return handle != IntPtr.Zero ? new Tensor(handle) : throw TorchException.Last();
    }
}
