using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
#if TORCHSHARP
using Ops = IconDiffusion.Engine.Tensors.PlainOps;
#else
using IconDiffusion.Torch;
using Ops = IconDiffusion.Torch.TorchExtras;
#endif

namespace IconDiffusion.Engine.Tensors;

/// <summary>
/// The seam: everything the engine needs that TorchSharp's API lacks, and the one place that knows which of the two is behind it.
/// With IconDiffusion.Torch these are fused operations, on the CPU in float32 over channels_last memory; with TorchSharp they are
/// <see cref="PlainOps"/>. Both compute the same functions and gradients.
/// </summary>
public static class FastOps
{
    private const double Sqrt2 = 1.4142135623730951;

    /// <summary>2-d convolution, differentiable.</summary>
    /// <param name="x">[N,Cin,H,W].</param>
    /// <param name="weight">[Cout,Cin,kh,kw], contiguous.</param>
    /// <param name="bias">[Cout] or none.</param>
    /// <returns>[N,Cout,H′,W′].</returns>
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor? bias, long stride = 1, long pad_h = 0, long pad_w = 0) =>
        Ops.conv2d(x, weight, bias, stride, (pad_h, pad_w));

    /// <summary>max(0, conv2d) in one pass; for inference only.</summary>
    public static Tensor conv2d_relu(Tensor x, Tensor weight, Tensor? bias, long stride = 1, long pad_h = 0, long pad_w = 0) =>
        Ops.conv2d_relu(x, weight, bias, stride, (pad_h, pad_w));

    /// <summary>silu(group_norm(x)·(scale + 1) + shift).</summary>
    /// <param name="x">[N,C,H,W], C divisible by <paramref name="groups"/>.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="scale">[N,C], given together with <paramref name="shift"/> or not at all.</param>
    /// <param name="shift">[N,C].</param>
    public static Tensor group_norm_silu(
        Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale = null, Tensor? shift = null, double eps = 1e-5) =>
        Ops.group_norm_silu(x, groups, weight, bias, scale, shift, eps);

    /// <summary>Each pixel's channels normalised to mean 0 and (biased) variance 1, times g plus b.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="g">[1,C,1,1].</param>
    /// <param name="b">[1,C,1,1].</param>
    public static Tensor channel_norm(Tensor x, Tensor g, Tensor b, double eps = 1e-5) => Ops.channel_norm(x, g, b, eps);

    /// <summary>max(0, ·) of each icon normalised over C, H and W to mean 0 and (biased) variance 1, times weight plus bias; twice differentiable.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    public static Tensor layer_norm_relu(Tensor x, Tensor weight, Tensor bias, double eps = 1e-5) =>
        Ops.layer_norm_relu(x, weight, bias, eps);

    /// <summary>Linear attention (Shen et al. 2018, arXiv:1812.01243): (softmax_pixels(k)·vᵀ)ᵀ · softmax_d(q)·scale.</summary>
    /// <param name="qkv">[N,3·heads·d,H,W]: queries, keys, values, each head after head.</param>
    /// <returns>[N,heads·d,H,W].</returns>
    public static Tensor linear_attention(Tensor qkv, long heads, double scale) => Ops.linear_attention(qkv, heads, scale);

    /// <summary>Softmax attention over the pixels: v · softmax(scale·qᵀk)ᵀ. Same layout as <see cref="linear_attention"/>.</summary>
    public static Tensor attention(Tensor qkv, long heads, double scale) => Ops.attention(qkv, heads, scale);

    /// <summary>Transposed convolution: what <see cref="conv2d"/> with the same weight does to gradients of its output.</summary>
    /// <param name="x">[N,Cin,H,W].</param>
    /// <param name="weight">[Cin,Cout,k,k].</param>
    /// <returns>[N,Cout,(H−1)·stride−2·padding+k,(W−1)·stride−2·padding+k].</returns>
    public static Tensor conv_transpose2d(Tensor x, Tensor weight, long stride, long padding = 0) =>
        Ops.conv_transpose2d(x, weight, stride, padding);

    /// <summary>
    /// Puts up − 1 zeros after each pixel, pads or cuts off, filters every channel along both axes, keeps every
    /// <paramref name="down"/>th pixel: <see cref="UpFirDn.Apply"/> with a separable filter.
    /// </summary>
    /// <param name="x">[N,C,H,W].</param>
    public static Tensor fir2d(
        Tensor x, FirFilter filter, long up = 1, long down = 1, Margins padding = default, bool flip = false, double gain = 1) =>
#if !TORCHSHARP
        UsesKernels(x)
            ? TorchExtras.fir2d(
                x, filter.On(x.device), up, down, (padding.Left, padding.Right, padding.Top, padding.Bottom), flip, gain) :
#endif
        PlainOps.fir2d(x, filter, up, down, padding, flip, gain);

    /// <summary>x·weightᵀ + bias. On the CPU a row's result follows from that row alone, to the last bit, which other matrix products' does not.</summary>
    /// <param name="x">[N,in].</param>
    /// <param name="weight">[out,in].</param>
    /// <param name="bias">[out] or none.</param>
    /// <returns>[N,out].</returns>
    public static Tensor linear(Tensor x, Tensor weight, Tensor? bias = null) =>
        UsesKernels(x)
            ? conv2d(x.unsqueeze(-1).unsqueeze(-1), weight.unsqueeze(-1).unsqueeze(-1), bias).flatten(1)
            : nn.functional.linear(x, weight, bias);

    /// <summary>x·styles, each channel of each image by its own factor.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="styles">[N,C].</param>
    public static Tensor modulate(Tensor x, Tensor styles) =>
        UsesKernels(x) ? Ops.modulate(x, styles) : PlainOps.modulate(x, styles);

    /// <summary>gain · leaky_relu(x·scale + noise + bias); what is not given is left out.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="scale">[N,C].</param>
    /// <param name="noise">[N,1,H,W] or [1,1,H,W].</param>
    /// <param name="bias">[C].</param>
    /// <param name="slope">Factor on negative values, above 0.</param>
    public static Tensor scaled_lrelu(Tensor x, Tensor? scale, Tensor? noise, Tensor? bias, double slope = 0.2, double gain = Sqrt2) =>
        UsesKernels(x)
            ? Ops.scaled_lrelu(x, scale, noise, bias, slope, gain)
            : PlainOps.scaled_lrelu(x, scale, noise, bias, slope, gain);

    /// <summary>
    /// One step of <c>torch.optim.Adam</c> in place, and of the moving average of the weights where <paramref name="ema"/> is given:
    /// ema ← ema + (1 − ema_decay)·(parameter − ema), a plain copy at decay 0.
    /// </summary>
    /// <param name="parameters">Updated in place; the lists go in step and share each parameter's shape.</param>
    /// <param name="gradients">Left as they are; multiplied by <paramref name="grad_scale"/> on the way (clipping).</param>
    /// <param name="exp_avg">First moments, updated in place.</param>
    /// <param name="exp_avg_sq">Second moments, updated in place.</param>
    /// <param name="adam">Learning rate, betas and epsilon.</param>
    /// <param name="step">Counted from 1.</param>
    public static void adam_step(
        IList<Tensor> parameters, IList<Tensor> gradients,
        IList<Tensor> exp_avg, IList<Tensor> exp_avg_sq,
        AdamSpec adam, long step, double grad_scale = 1, IList<Tensor>? ema = null, double ema_decay = 0)
    {
#if TORCHSHARP
        PlainOps.adam_step(parameters, gradients, exp_avg, exp_avg_sq, adam, step, grad_scale);
        if (ema is not null && ema_decay != 0) Average(parameters, ema, ema_decay);
#else
        // ema + 1·(parameter − ema) is not the parameter to the last bit, so decay 0 copies below.
        var averaged = ema_decay == 0 ? null : ema;
        TorchExtras.adam_step(
            parameters, gradients, exp_avg, exp_avg_sq, step,
            adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, grad_scale, averaged, ema_decay);
#endif
        if (ema is not null && ema_decay == 0) Copy(parameters, ema);
    }

    /// <summary>L2 norm of all gradients together, summed in float64 in a fixed order. Waits for the device.</summary>
    public static double grad_norm(IList<Tensor> gradients) => Ops.grad_norm(gradients);

    /// <summary>The same [N,C,H,W] values with the channels adjacent in memory, which is how the fused operations want them.</summary>
    public static Tensor channels_last(Tensor x) =>
#if TORCHSHARP
        x;
#else
        TorchExtras.channels_last(x);
#endif

    /// <summary>
    /// Keeps cuDNN to algorithms that repeat bit for bit, which resuming a run exactly needs. TorchSharp has no such switch:
    /// runs on CUDA devices repeat only closely there.
    /// </summary>
    public static void UseRepeatableAlgorithms()
    {
#if !TORCHSHARP
        TorchExtras.CudnnDeterministic = true;
#endif
    }

    /// <summary>
    /// Chooses the fastest settings of the maths libraries for this CPU, never against what the user set.
    /// To be called before the first tensor exists; later it has no effect.
    /// </summary>
    public static void ConfigureEnvironment()
    {
#if TORCHSHARP
        TorchSharp.Native.CpuEnvironment.Configure();
#else
        TorchExtras.ConfigureEnvironment();
#endif
    }

    /// <summary>Version of libtorch, for provenance.</summary>
    public static string LibTorchVersion => torch.__version__;

    /// <summary>What is behind the tensors, in one line for a person.</summary>
    public static string Description =>
#if TORCHSHARP
        $"TorchSharp {typeof(torch).Assembly.GetName().Version} over libtorch {LibTorchVersion}";
#else
        $"IconDiffusion.Torch over libtorch {LibTorchVersion}";
#endif

    /// <summary>A CUDA device's name, such as <c>NVIDIA GeForce RTX 3080</c>; <c>cuda:N</c> where nobody can tell.</summary>
    public static string CudaDeviceName(int index)
    {
#if !TORCHSHARP
        var device = TorchExtras.CudaDevices().FirstOrDefault(device => device.Index == index);
        if (device is not null) return device.Name;
#endif
        return $"cuda:{index}";
    }

    // The style operations have kernels for these alone.
    private static bool UsesKernels(Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32;

    private static void Copy(IList<Tensor> from, IList<Tensor> to)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < from.Count; i++)
            to[i].copy_(from[i]);
    }
#if TORCHSHARP

    private static void Average(IList<Tensor> parameters, IList<Tensor> ema, double decay)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < parameters.Count; i++)
            ema[i].lerp_(parameters[i], 1 - decay);
    }
#endif
}
