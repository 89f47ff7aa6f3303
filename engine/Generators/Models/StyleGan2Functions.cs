using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Models;

/// <summary>What follows a layer's sum.</summary>
public enum Activation
{
    /// <summary>x, gain 1.</summary>
    Linear,

    /// <summary>max(x, 0), gain √2.</summary>
    Relu,

    /// <summary>x where x ≥ 0, 0.2 x elsewhere, gain √2.</summary>
    LeakyRelu,
}

/// <summary>The functions that StyleGAN2's layers are made of (Karras et al. 2020, arXiv:1912.04958), without weights of their own.</summary>
public static class StyleGan2Functions
{
    /// <summary>x over the root of its mean square along dimension 1.</summary>
    /// <param name="x">[N,C].</param>
    public static Tensor NormalizeSecondMoment(Tensor x) => x * (x.square().mean([1], keepdim: true) + 1e-8).rsqrt();

    /// <summary>gain · activation(x + b), cut off at ±clamp.</summary>
    /// <param name="x">[N,C] or [N,C,H,W].</param>
    /// <param name="bias">[C] or none.</param>
    /// <param name="activation">Its own gain is √2 unless linear, and is replaced by <paramref name="gain"/>.</param>
    /// <param name="slope">Of <see cref="Activation.LeakyRelu"/> below zero.</param>
    public static Tensor BiasAct(
        Tensor x, Tensor? bias, Activation activation = Activation.Linear, double slope = 0.2, double? gain = null, double? clamp = null)
    {
        var factor = gain ?? (activation == Activation.Linear ? 1 : Math.Sqrt(2));
        if (activation == Activation.LeakyRelu && x.ndim == 4)
        {
            x = FastOps.scaled_lrelu(x, null, null, bias, slope, factor);
        }
        else
        {
            if (bias is not null) x = x + (x.ndim == 4 ? bias.reshape(1, -1, 1, 1) : bias);
            x = activation switch
            {
                Activation.Relu => x.relu(),
                Activation.LeakyRelu => F.leaky_relu(x, slope),
                _ => x,
            };
            if (factor != 1) x = x * factor;
        }
        return clamp is { } most ? x.clamp(min: (Scalar)(-most), max: (Scalar)most) : x;
    }

    /// <summary>
    /// Convolution with a change of resolution before (<paramref name="up"/>) or after it (<paramref name="down"/>), filtered with
    /// <see cref="FirFilter.Binomial"/>; "same" padding.
    /// </summary>
    /// <param name="x">[N,Cin,H,W].</param>
    /// <param name="weight">[Cout,Cin,k,k], k odd.</param>
    /// <param name="up">1 or 2, along both axes; not together with <paramref name="down"/>.</param>
    /// <param name="down">1 or 2.</param>
    /// <param name="flip">Convolves in the strict sense, with the mirrored kernel, as StyleGAN2's layers do where they go up.</param>
    /// <returns>[N,Cout,H·up/down,W·up/down].</returns>
    public static Tensor Conv2dResample(Tensor x, Tensor weight, long up = 1, long down = 1, bool flip = false)
    {
        var filter = FirFilter.Binomial;
        var kernel = weight.shape[2];
        if (up > 1 && kernel > 1)
        {
            // A transposed convolution inserts the zeros and mirrors the kernel by itself, and the filter is the cheaper after it.
            var transposed = (flip ? weight : weight.flip(2, 3)).transpose(0, 1);
            var padding = UpFirDn.Upsampling(filter.Length, up) + kernel / 2 + new Margins(1 - kernel, up - kernel, 1 - kernel, up - kernel);
            return FastOps.fir2d(FastOps.conv_transpose2d(x, transposed.contiguous(), up), filter, padding: padding, gain: up * up);
        }

        if (flip && kernel > 1) weight = weight.flip(2, 3).contiguous();
        if (up > 1)
            return FastOps.fir2d(FastOps.conv2d(x, weight, null), filter, up: up, padding: UpFirDn.Upsampling(filter.Length, up), gain: up * up);
        if (down > 1 && kernel == 1)
            return FastOps.conv2d(FastOps.fir2d(x, filter, down: down, padding: UpFirDn.Downsampling(filter.Length, down)), weight, null);
        if (down > 1)
            return FastOps.conv2d(
                FastOps.fir2d(x, filter, padding: UpFirDn.Downsampling(filter.Length, down) + kernel / 2), weight, null, stride: down);
        return FastOps.conv2d(x, weight, null, 1, kernel / 2, kernel / 2);
    }

    /// <summary>
    /// How much weaker a layer's sums become when its input channels are scaled by the styles: 1/√(Σ_ikk (w·s)² + 1e-8), so that
    /// independent inputs of variance 1 come out with variance 1.
    /// </summary>
    /// <param name="weight">[Cout,Cin,k,k].</param>
    /// <param name="styles">[N,Cin].</param>
    /// <returns>[N,Cout].</returns>
    public static Tensor Demodulation(Tensor weight, Tensor styles) =>
        // Σ_i s_i² · Σ_kk w²: no weights per image.
        (FastOps.linear(styles.square(), weight.square().sum([2, 3])) + 1e-8).rsqrt();

    /// <summary>
    /// Convolution of 1×1 whose weights are scaled per image by the styles, as one small matrix product per image: where the
    /// outputs are few, the input need not be scaled.
    /// </summary>
    /// <param name="x">[N,Cin,H,W].</param>
    /// <param name="weight">[Cout,Cin,1,1].</param>
    /// <param name="styles">[N,Cin].</param>
    public static Tensor ModulatedPointwise(Tensor x, Tensor weight, Tensor styles)
    {
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var pixels = FastOps.channels_last(x).permute(0, 2, 3, 1).reshape(n, h * w, c);
        var scaled = weight.reshape(1, -1, c) * styles.unsqueeze(1);                 // [N,Cout,Cin]
        return pixels.matmul(scaled.transpose(1, 2)).reshape(n, h, w, -1).permute(0, 3, 1, 2);
    }

    /// <summary>
    /// Appends channels that say how much the images of a group differ: the standard deviation over the group, averaged over pixels
    /// and channels.
    /// </summary>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="group">Images per group, at most N, a divisor of N; none: all. Image n is in group n mod (N/group).</param>
    /// <param name="channels">How many to append, a divisor of C; each from its own share of the channels.</param>
    /// <returns>[N,C+channels,H,W].</returns>
    public static Tensor MinibatchStd(Tensor x, long? group, long channels = 1)
    {
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var size = Math.Min(group ?? n, n);
        if (n % size != 0 || c % channels != 0)
            throw new ArgumentException(
                $"A minibatch standard deviation over groups of {size} into {channels} channels came with {n} images of {c} channels; wanted multiples.");
        var y = x.reshape(size, n / size, channels, c / channels, h, w);
        y = y - y.mean([0], keepdim: true);
        y = (y.square().mean([0]) + 1e-8).sqrt().mean([2, 3, 4]);                   // [N/group,channels]
        y = y.reshape(n / size, channels, 1, 1).repeat(size, 1, h, w);
        return cat([x, y], 1);
    }
}
