using IconDiffusion.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IconDiffusion.Generators.Models;

/// <summary>A convolution with a 4×4 kernel and no bias, its initial weights from N(0, 0.02²).</summary>
internal sealed class DcganConv2d : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in,4,4]
    private readonly long _stride;
    private readonly long _padding;

    public DcganConv2d(Generator? generator, long inChannels, long outChannels, long stride, long padding) : base(nameof(DcganConv2d))
    {
        weight = DcganInitial.Weight(generator, [outChannels, inChannels, 4, 4]);
        (_stride, _padding) = (stride, padding);
        RegisterComponents();
    }

    /// <summary>[N,in,H,W] → [N,out,H′,W′].</summary>
    public override Tensor forward(Tensor x) => FastOps.conv2d(x, weight, null, _stride, _padding, _padding);
}

/// <summary>The same, transposed.</summary>
internal sealed class DcganConvTranspose2d : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [in,out,4,4]
    private readonly long _stride;
    private readonly long _padding;

    public DcganConvTranspose2d(Generator? generator, long inChannels, long outChannels, long stride, long padding)
        : base(nameof(DcganConvTranspose2d))
    {
        weight = DcganInitial.Weight(generator, [inChannels, outChannels, 4, 4]);
        (_stride, _padding) = (stride, padding);
        RegisterComponents();
    }

    /// <summary>[N,in,H,W] → [N,out,H′,W′].</summary>
    public override Tensor forward(Tensor x) => FastOps.conv_transpose2d(x, weight, _stride, _padding);
}

/// <summary>What the reference's <c>weights_init</c> gives each layer.</summary>
internal static class DcganInitial
{
    private const double Deviation = 0.02;

    public static Parameter Weight(Generator? generator, long[] shape) => new(empty(shape).normal_(0, Deviation, generator));

    /// <summary>Batch norm with γ from N(1, 0.02²) and β = 0.</summary>
    public static BatchNorm2d Norm(Generator? generator, long channels)
    {
        var norm = BatchNorm2d(channels);
        using var noGrad = no_grad();
        norm.weight!.normal_(1, Deviation, generator);
        norm.bias!.zero_();
        return norm;
    }
}
