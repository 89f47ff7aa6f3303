using IconDiffusion.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Models;

/// <summary>How a convolution of the ResNets changes the resolution.</summary>
internal enum Resampling { None, Up, Down }

/// <summary>
/// A 3×3 or 1×1 convolution, after nearest-neighbour doubling or before the mean over 2×2 pixels where it resamples. Both are
/// computed as one convolution with stride 2 by the 4×4 kernel that they amount to, which has less than half the multiplications
/// and no picture in between; a 1×1 kernel works at the lower resolution, where it commutes with either.
/// </summary>
internal sealed class WganGpConv2d : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in,k,k]
    private readonly Parameter? bias;  // [out]
    private readonly Resampling _resampling;

    /// <param name="gain">4 for a He-like initial deviation √(4/(fan_in + fan_out)), 2 for shortcuts and inputs.</param>
    public WganGpConv2d(
        Generator? generator, long inChannels, long outChannels, long kernel, double gain, bool bias = true,
        Resampling resampling = Resampling.None) : base(nameof(WganGpConv2d))
    {
        // The reference's fan_out shrinks with the stride, of which its convolutions have none.
        var bound = Math.Sqrt(3 * gain / ((inChannels + outChannels) * kernel * kernel));
        weight = new Parameter(empty([outChannels, inChannels, kernel, kernel]).uniform_(-bound, bound, generator));
        this.bias = bias ? new Parameter(zeros(outChannels)) : null;
        _resampling = resampling;
        RegisterComponents();
    }

    /// <summary>[N,in,H,W] → [N,out,H,W], or at twice or half the resolution.</summary>
    public override Tensor forward(Tensor x)
    {
        var isPoint = weight.shape[2] == 1;
        switch (_resampling)
        {
            case Resampling.Down when isPoint:
                return FastOps.conv2d(F.avg_pool2d(x, 2), weight, bias);
            case Resampling.Up when isPoint:
                return F.interpolate(FastOps.conv2d(x, weight, bias), scale_factor: [2, 2]);
            case Resampling.Down:
                return FastOps.conv2d(x, Spread(weight), bias, stride: 2, pad_h: 1, pad_w: 1);
            case Resampling.Up:
                // A transposed convolution puts the kernel the other way round.
                var kernel = Spread(weight.flip(2, 3)) * 4;
                var y = FastOps.conv_transpose2d(x, kernel.transpose(0, 1).contiguous(), stride: 2, padding: 1);
                return bias is null ? y : y + bias.reshape(1, -1, 1, 1);
            default:
                var padding = weight.shape[2] / 2;
                return FastOps.conv2d(x, weight, bias, 1, padding, padding);
        }
    }

    // The mean of the kernel's four shifts by none or one pixel: [out,in,3,3] → [out,in,4,4].
    private static Tensor Spread(Tensor kernel) => F.avg_pool2d(F.pad(kernel, [1, 1, 1, 1]), 2, stride: 1);
}

/// <summary>A linear layer with initial weights from U(±√3·√(2/(in + out))) and bias 0.</summary>
internal sealed class WganGpLinear : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in]
    private readonly Parameter bias;   // [out]

    public WganGpLinear(Generator? generator, long inFeatures, long outFeatures) : base(nameof(WganGpLinear))
    {
        var bound = Math.Sqrt(3 * 2.0 / (inFeatures + outFeatures));
        weight = new Parameter(empty([outFeatures, inFeatures]).uniform_(-bound, bound, generator));
        bias = new Parameter(zeros(outFeatures));
        RegisterComponents();
    }

    // As a convolution of single pixels, in which a row's bits do not depend on how many rows there are, as a product of
    // matrices' would: icon i is icon i.
    public override Tensor forward(Tensor x) =>
        FastOps.conv2d(x.reshape(x.shape[0], -1, 1, 1), weight.reshape(weight.shape[0], -1, 1, 1), bias).flatten(1);
}

/// <summary>Normalises each icon over all of C, H and W, then scales and shifts each channel; max(0, ·) after it.</summary>
internal sealed class LayerNormRelu : Module<Tensor, Tensor>
{
    private readonly Parameter scale;  // [C]
    private readonly Parameter offset; // [C]

    public LayerNormRelu(long channels) : base(nameof(LayerNormRelu))
    {
        scale = new Parameter(ones(channels));
        offset = new Parameter(zeros(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => FastOps.layer_norm_relu(x, scale, offset);
}
