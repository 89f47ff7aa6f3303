using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>
/// What the networks are made of beyond TorchSharp's functions. In float32 on the CPU these are kernels of our own over images whose
/// channels are adjacent in memory; everywhere else, and where the kernels are not built, <see cref="PlainOps"/> compute the same
/// functions and gradients. Wrong shapes are an <see cref="ArgumentException"/> before anything native sees them.
/// </summary>
public static class FastOps
{
    private const double Sqrt2 = 1.4142135623730951;

    /// <summary>2-d convolution, differentiable any number of times.</summary>
    /// <param name="x">[N,Cin,H,W].</param>
    /// <param name="weight">[Cout,Cin,kh,kw].</param>
    /// <param name="bias">[Cout] or none.</param>
    /// <returns>[N,Cout,H′,W′].</returns>
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor? bias, long stride = 1, long pad_h = 0, long pad_w = 0)
    {
        Shapes.CheckConvolution(x, weight, bias, stride, pad_h, pad_w);
        return Memory.SuitsKernels(x, weight, bias)
            ? Convolution.Of(x, weight, bias, new(stride, pad_h, pad_w))
            : PlainOps.conv2d(x, weight, bias, stride, (pad_h, pad_w));
    }

    /// <summary>max(0, conv2d) in one pass; for inference only.</summary>
    public static Tensor conv2d_relu(Tensor x, Tensor weight, Tensor? bias, long stride = 1, long pad_h = 0, long pad_w = 0)
    {
        Shapes.CheckConvolution(x, weight, bias, stride, pad_h, pad_w);
        if (GraphNode.IsNeeded(x, weight, bias))
            throw new InvalidOperationException("conv2d_relu is for inference: call it under no_grad, or conv2d and relu where a gradient is needed.");
        return Memory.SuitsKernels(x, weight, bias)
            ? Convolution.Forward(x, weight, bias, new(stride, pad_h, pad_w), relu: true)
            : PlainOps.conv2d_relu(x, weight, bias, stride, (pad_h, pad_w));
    }

    /// <summary>silu(group_norm(x)·(scale + 1) + shift).</summary>
    /// <param name="x">[N,C,H,W], C divisible by <paramref name="groups"/>.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="scale">[N,C], given together with <paramref name="shift"/> or not at all.</param>
    /// <param name="shift">[N,C].</param>
    public static Tensor group_norm_silu(
        Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale = null, Tensor? shift = null, double eps = 1e-5)
    {
        var shape = Shapes.CheckImages(x, nameof(group_norm_silu));
        if (groups < 1 || shape[1] % groups != 0)
            throw new ArgumentException($"group_norm_silu: {shape[1]} channels do not divide into {groups} groups.", nameof(groups));
        Shapes.Check(weight, x, nameof(group_norm_silu), nameof(weight), shape[1]);
        Shapes.Check(bias, x, nameof(group_norm_silu), nameof(bias), shape[1]);
        if (scale is null != shift is null) throw new ArgumentException("group_norm_silu: scale and shift go together; only one of them came.");
        Shapes.Check(scale, x, nameof(group_norm_silu), nameof(scale), shape[0], shape[1]);
        Shapes.Check(shift, x, nameof(group_norm_silu), nameof(shift), shape[0], shape[1]);
        return Memory.SuitsKernels(x, weight, bias, scale, shift)
            ? Normalisation.GroupNormSilu(x, groups, weight, bias, scale, shift, eps)
            : PlainOps.group_norm_silu(x, groups, weight, bias, scale, shift, eps);
    }

    /// <summary>Each pixel's channels normalised to mean 0 and (biased) variance 1, times g plus b.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="g">[1,C,1,1].</param>
    /// <param name="b">[1,C,1,1].</param>
    public static Tensor channel_norm(Tensor x, Tensor g, Tensor b, double eps = 1e-5)
    {
        var shape = Shapes.CheckImages(x, nameof(channel_norm));
        Shapes.Check(g, x, nameof(channel_norm), nameof(g), 1, shape[1], 1, 1);
        Shapes.Check(b, x, nameof(channel_norm), nameof(b), 1, shape[1], 1, 1);
        return Memory.SuitsKernels(x, g, b) ? Normalisation.ChannelNorm(x, g, b, eps) : PlainOps.channel_norm(x, g, b, eps);
    }

    /// <summary>max(0, ·) of each icon normalised over C, H and W to mean 0 and (biased) variance 1, times weight plus bias; twice differentiable.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    public static Tensor layer_norm_relu(Tensor x, Tensor weight, Tensor bias, double eps = 1e-5)
    {
        var shape = Shapes.CheckImages(x, nameof(layer_norm_relu));
        Shapes.Check(weight, x, nameof(layer_norm_relu), nameof(weight), shape[1]);
        Shapes.Check(bias, x, nameof(layer_norm_relu), nameof(bias), shape[1]);
        return Memory.SuitsKernels(x, weight, bias) ? LayerNorm.Relu(x, weight, bias, eps) : PlainOps.layer_norm_relu(x, weight, bias, eps);
    }

    /// <summary>Linear attention (Shen et al. 2018, arXiv:1812.01243): (softmax_pixels(k)·vᵀ)ᵀ · softmax_d(q)·scale.</summary>
    /// <param name="qkv">[N,3·heads·d,H,W]: queries, keys, values, each head after head.</param>
    /// <returns>[N,heads·d,H,W].</returns>
    public static Tensor linear_attention(Tensor qkv, long heads, double scale) =>
        HasKernel(qkv, heads, nameof(linear_attention))
            ? Attention.Linear(qkv, heads, scale)
            : PlainOps.linear_attention(qkv, heads, scale);

    /// <summary>
    /// Softmax attention over the pixels: v · softmax(scale·qᵀk)ᵀ. Same layout as <see cref="linear_attention"/>. No device holds all
    /// pairs of pixels at a time.
    /// </summary>
    public static Tensor attention(Tensor qkv, long heads, double scale) =>
        HasKernel(qkv, heads, nameof(attention)) ? Attention.Softmax(qkv, heads, scale) : PlainOps.scaled_attention(qkv, heads, scale);

    /// <summary>Transposed convolution: what <see cref="conv2d"/> with the same weight does to gradients of its output.</summary>
    /// <param name="x">[N,Cin,H,W].</param>
    /// <param name="weight">[Cin,Cout,k,k].</param>
    /// <returns>[N,Cout,(H−1)·stride−2·padding+k,(W−1)·stride−2·padding+k].</returns>
    public static Tensor conv_transpose2d(Tensor x, Tensor weight, long stride, long padding = 0)
    {
        var (height, width) = Shapes.CheckTransposed(x, weight, stride, padding);
        return Memory.SuitsKernels(x, weight)
            ? Convolution.ByInput(x, weight, height, width, new(stride, padding, padding))
            : PlainOps.conv_transpose2d(x, weight, stride, padding);
    }

    /// <summary>
    /// Puts up − 1 zeros after each pixel, pads or cuts off, filters every channel along both axes, keeps every
    /// <paramref name="down"/>th pixel: <see cref="UpFirDn.Apply"/> with a separable filter.
    /// </summary>
    /// <param name="x">[N,C,H,W].</param>
    public static Tensor fir2d(
        Tensor x, FirFilter filter, long up = 1, long down = 1, Margins padding = default, bool flip = false, double gain = 1)
    {
        var shape = Shapes.CheckImages(x, nameof(fir2d));
        if (up < 1 || down < 1) throw new ArgumentException($"fir2d: up is {up} and down {down}; wanted 1 or more.");
        if (shape[2] * up + padding.Top + padding.Bottom < filter.Length || shape[3] * up + padding.Left + padding.Right < filter.Length)
            throw new ArgumentException($"fir2d: the padded image of {Shapes.Text(x)} is smaller than the filter of {filter.Length} taps.", nameof(padding));
        return Memory.SuitsKernels(x)
            ? Filter.Apply(x, filter, up, down, padding, flip, gain)
            : PlainOps.fir2d(x, filter, up, down, padding, flip, gain);
    }

    /// <summary>x·weightᵀ + bias. On the CPU a row's result follows from that row alone, to the last bit, which other matrix products' does not.</summary>
    /// <param name="x">[N,in].</param>
    /// <param name="weight">[out,in].</param>
    /// <param name="bias">[out] or none.</param>
    /// <returns>[N,out].</returns>
    public static Tensor linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        Shapes.CheckLinear(x, weight, bias);
        return Memory.SuitsKernels(x, weight, bias)
            ? conv2d(x.unsqueeze(-1).unsqueeze(-1), weight.unsqueeze(-1).unsqueeze(-1), bias).flatten(1)
            : nn.functional.linear(x, weight, bias);
    }

    /// <summary>x·styles, each channel of each image by its own factor.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="styles">[N,C].</param>
    public static Tensor modulate(Tensor x, Tensor styles)
    {
        var shape = Shapes.CheckImages(x, nameof(modulate));
        Shapes.Check(styles, x, nameof(modulate), nameof(styles), shape[0], shape[1]);
        return Memory.SuitsKernels(x, styles) ? Style.Modulate(x, styles) : PlainOps.modulate(x, styles);
    }

    /// <summary>gain · leaky_relu(x·scale + noise + bias); what is not given is left out.</summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="scale">[N,C].</param>
    /// <param name="noise">[N,1,H,W] or [1,1,H,W].</param>
    /// <param name="bias">[C].</param>
    /// <param name="slope">Factor on negative values, above 0.</param>
    public static Tensor scaled_lrelu(Tensor x, Tensor? scale, Tensor? noise, Tensor? bias, double slope = 0.2, double gain = Sqrt2)
    {
        var shape = Shapes.CheckImages(x, nameof(scaled_lrelu));
        if (slope <= 0 || gain <= 0) throw new ArgumentException($"scaled_lrelu: the slope is {slope} and the gain {gain}; wanted more than 0.");
        Shapes.Check(scale, x, nameof(scaled_lrelu), nameof(scale), shape[0], shape[1]);
        Shapes.Check(noise, x, nameof(scaled_lrelu), nameof(noise), noise?.dim() == 4 && noise.shape[0] == 1 ? 1 : shape[0], 1, shape[2], shape[3]);
        Shapes.Check(bias, x, nameof(scaled_lrelu), nameof(bias), shape[1]);
        return Memory.SuitsKernels(x, scale, noise, bias)
            ? Style.ScaledLrelu(x, scale, noise, bias, slope, gain)
            : PlainOps.scaled_lrelu(x, scale, noise, bias, slope, gain);
    }

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
        GraphNode.ThrowFailure();
        Shapes.CheckLists(nameof(adam_step), parameters, gradients, exp_avg, exp_avg_sq, ema);
        if (step < 1) throw new ArgumentException($"adam_step: the step is {step}; steps count from 1.", nameof(step));
        // ema + 1·(parameter − ema) is not the parameter to the last bit, so decay 0 copies below.
        var averaged = ema_decay == 0 ? null : ema;
        if (parameters.All(Kept) && exp_avg.All(Kept) && exp_avg_sq.All(Kept) && (averaged?.All(Kept) ?? true) && gradients.All(Taken))
        {
            Optimiser.Adam(parameters, gradients, exp_avg, exp_avg_sq, adam, step, grad_scale, averaged, ema_decay);
        }
        else
        {
            PlainOps.adam_step(parameters, gradients, exp_avg, exp_avg_sq, adam, step, grad_scale);
            if (averaged is not null) PlainOps.average(parameters, averaged, ema_decay);
        }
        if (ema is not null && ema_decay == 0) PlainOps.copy(parameters, ema);

        static bool Taken(Tensor tensor) => Memory.SuitsKernels(tensor);
        static bool Kept(Tensor tensor) => Memory.SuitsKernels(tensor) && tensor.is_contiguous();
    }

    /// <summary>L2 norm of all gradients together, summed in float64 in a fixed order. Waits for the device.</summary>
    public static double grad_norm(IList<Tensor> gradients)
    {
        GraphNode.ThrowFailure();
        return gradients.Count > 0 && gradients.All(gradient => Memory.SuitsKernels(gradient))
            ? Optimiser.Norm(gradients)
            : PlainOps.grad_norm(gradients);
    }

    /// <summary>The same [N,C,H,W] values with the channels adjacent in memory, as the kernels and a GPU's convolutions want them.</summary>
    public static Tensor channels_last(Tensor x)
    {
        Shapes.CheckImages(x, nameof(channels_last));
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    private static bool HasKernel(Tensor qkv, long heads, string operation)
    {
        var shape = Shapes.CheckImages(qkv, operation);
        if (heads < 1 || shape[1] % (3 * heads) != 0)
            throw new ArgumentException($"{operation}: {shape[1]} channels are no queries, keys and values of {heads} heads.", nameof(heads));
        return shape[1] == 3 * heads * Attention.HeadChannels && Memory.SuitsKernels(qkv);
    }
}
