using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Kernels;

/// <summary>
/// What <see cref="FastOps"/> computes, composed of ordinary operations on any device and floating dtype: the readable reference,
/// and what runs where there are no fused kernels. Formulas are those of lucidrains' <c>Unet</c> of July 2022.
/// </summary>
public static partial class PlainOps
{
    /// <inheritdoc cref="FastOps.conv2d"/>
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor? bias, long stride, (long h, long w) padding)
    {
        var isPoint = weight.shape[2] == 1 && weight.shape[3] == 1 && padding == (0, 0);
        return x.device_type != DeviceType.CPU ? F.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding.h, padding.w])
            : isPoint ? Point(x, weight, bias, stride)
            : F.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding.h, padding.w]);
    }

    /// <inheritdoc cref="FastOps.conv2d_relu"/>
    public static Tensor conv2d_relu(Tensor x, Tensor weight, Tensor? bias, long stride, (long h, long w) padding) =>
        F.relu(conv2d(x, weight, bias, stride, padding));

    /// <inheritdoc cref="FastOps.group_norm_silu"/>
    public static Tensor group_norm_silu(
        Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale, Tensor? shift, double eps)
    {
        if (x.device_type != DeviceType.CPU) return FoldedGroupNormSilu(x, groups, weight, bias, scale, shift, eps);
        var y = F.group_norm(x, groups, weight, bias, eps);
        if (scale is not null && shift is not null)
            y = y * (PerChannel(scale) + 1) + PerChannel(shift);
        return F.silu(y);
    }

    /// <summary>
    /// <see cref="group_norm_silu"/> for GPUs, as one factor and one summand for each channel: the channels stay adjacent in memory, which
    /// <c>group_norm</c> undoes, and one picture less is kept for the gradient.
    /// </summary>
    internal static Tensor FoldedGroupNormSilu(
        Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale, Tensor? shift, double eps)
    {
        var (n, c) = (x.shape[0], x.shape[1]);
        var (variance, mean) = var_mean(x.permute(0, 2, 3, 1).reshape(n, -1, groups, c / groups), [1L, 3], unbiased: false);
        var factor = PerGroup((variance + eps).rsqrt()) * weight;                // [N,C]
        var summand = bias - PerGroup(mean) * factor;
        if (scale is not null && shift is not null)
            (factor, summand) = (factor * (scale + 1), summand * (scale + 1) + shift);
        return F.silu(addcmul(PerChannel(summand), x, PerChannel(factor), 1));

        // [N,groups] → [N,C]
        Tensor PerGroup(Tensor values) => values.repeat_interleave(c / groups, 1);
    }

    /// <inheritdoc cref="FastOps.channel_norm"/>
    public static Tensor channel_norm(Tensor x, Tensor g, Tensor b, double eps)
    {
        // Not var(dim: 1), whose kernel is several times slower than two means.
        var centred = x - x.mean([1], keepdim: true);
        return centred * (centred.square().mean([1], keepdim: true) + eps).rsqrt() * g + b;
    }

    /// <inheritdoc cref="FastOps.layer_norm_relu"/>
    public static Tensor layer_norm_relu(Tensor x, Tensor weight, Tensor bias, double eps) =>
        F.relu(F.group_norm(x, 1, weight, bias, eps));

    /// <inheritdoc cref="FastOps.linear_attention"/>
    public static Tensor linear_attention(Tensor qkv, long heads, double scale)
    {
        var (q, k, v) = Heads(qkv, heads);
        q = q.softmax(-2) * scale;
        k = k.softmax(-1);
        var context = k.matmul(v.transpose(-2, -1));                  // [N,heads,d,d]
        return Join(context.transpose(-2, -1).matmul(q), qkv);        // [N,heads,d,H·W]
    }

    /// <inheritdoc cref="FastOps.attention"/>
    public static Tensor attention(Tensor qkv, long heads, double scale)
    {
        var (q, k, v) = Heads(qkv, heads);
        var weights = (q * scale).transpose(-2, -1).matmul(k).softmax(-1); // [N,heads,H·W,H·W], rows are queries
        return Join(v.matmul(weights.transpose(-2, -1)), qkv);
    }

    /// <summary><see cref="attention"/> by libtorch's own function, which never holds all pairs of pixels; one derivative.</summary>
    public static Tensor scaled_attention(Tensor qkv, long heads, double scale)
    {
        var (n, d, h, w) = (qkv.shape[0], qkv.shape[1] / 3 / heads, qkv.shape[2], qkv.shape[3]);
        // [N,H·W,3,heads,d], of which each of the three becomes [N,heads,H·W,d] without a copy where channels are adjacent.
        var parts = qkv.permute(0, 2, 3, 1).reshape(n, h * w, 3, heads, d).unbind(2);
        var (q, k, v) = (parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2));
        // It divides by √d itself.
        var y = F.scaled_dot_product_attention(q * (scale * Math.Sqrt(d)), k, v);
        return y.transpose(1, 2).reshape(n, h, w, heads * d).permute(0, 3, 1, 2);
    }

    /// <inheritdoc cref="FastOps.adam_step"/>
    public static void adam_step(
        IList<Tensor> parameters, IList<Tensor> gradients,
        IList<Tensor> exp_avg, IList<Tensor> exp_avg_sq,
        AdamSpec adam, long step, double grad_scale)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var stepSize = adam.LearningRate / (1 - Math.Pow(adam.Beta1, step));
        var sqrtCorrection = Math.Sqrt(1 - Math.Pow(adam.Beta2, step));
        for (var i = 0; i < parameters.Count; i++)
        {
            var gradient = grad_scale == 1 ? gradients[i] : gradients[i] * grad_scale;
            exp_avg[i].mul_(adam.Beta1).add_(gradient, alpha: 1 - adam.Beta1);
            exp_avg_sq[i].mul_(adam.Beta2).addcmul_(gradient, gradient, 1 - adam.Beta2);
            var denominator = exp_avg_sq[i].sqrt() / sqrtCorrection + adam.Epsilon;
            parameters[i].addcdiv_(exp_avg[i], denominator, -stepSize);
        }
    }

    /// <inheritdoc cref="FastOps.grad_norm"/>
    public static double grad_norm(IList<Tensor> gradients)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var squares = gradients.Select(gradient => gradient.square().sum(ScalarType.Float64)).ToArray();
        return squares.Length == 0 ? 0 : stack(squares).sum().sqrt().item<double>();
    }

    /// <summary>Moves each average towards its parameter: average ← average + (1 − decay)·(parameter − average).</summary>
    public static void average(IList<Tensor> parameters, IList<Tensor> averages, double decay)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < parameters.Count; i++)
            averages[i].lerp_(parameters[i], 1 - decay);
    }

    /// <summary>Copies each tensor into its counterpart.</summary>
    public static void copy(IList<Tensor> from, IList<Tensor> to)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < from.Count; i++)
            to[i].copy_(from[i]);
    }

    // A 1×1 convolution as a matrix product: libtorch 2.10's second gradient of one by its weight is wrong on CPUs with AVX-512.
    private static Tensor Point(Tensor x, Tensor weight, Tensor? bias, long stride)
    {
        if (stride > 1) x = x.slice(2, 0, x.shape[2], stride).slice(3, 0, x.shape[3], stride);
        var (s, k) = (x.shape, weight.shape);
        var y = weight.reshape(k[0], k[1]).matmul(x.reshape(s[0], s[1], s[2] * s[3])).reshape(s[0], k[0], s[2], s[3]);
        return bias is null ? y : y + bias.reshape(1, -1, 1, 1);
    }

    // [N,C] → [N,C,1,1]
    private static Tensor PerChannel(Tensor values) => values.unsqueeze(-1).unsqueeze(-1);

    private static (Tensor Q, Tensor K, Tensor V) Heads(Tensor qkv, long heads)
    {
        var parts = qkv.chunk(3, 1);
        return (Split(parts[0]), Split(parts[1]), Split(parts[2]));

        // [N,heads·d,H,W] → [N,heads,d,H·W]
        Tensor Split(Tensor part) => part.reshape(part.shape[0], heads, part.shape[1] / heads, -1);
    }

    // [N,heads,d,H·W] → [N,heads·d,H,W]
    private static Tensor Join(Tensor heads, Tensor like) =>
        heads.reshape(like.shape[0], like.shape[1] / 3, like.shape[2], like.shape[3]);
}
