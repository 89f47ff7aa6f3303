using IconDiffusion.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// <c>torch.nn.Conv2d</c> with a square kernel: the same parameters and the same initial values, drawn from a given generator and
/// computed by <see cref="FastOps.conv2d"/>.
/// </summary>
/// <remarks>
/// An input with fewer channels than the weight expects stands for one whose further channels are all zero: the weights that
/// would meet them are left out, which gives the same result for less work.
/// </remarks>
internal sealed class SeededConv2d : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in,k,k]
    private readonly Parameter? bias;  // [out]
    private readonly long _stride;
    private readonly long _padding;

    /// <param name="generator">Where the initial values are from; the process's generator if null.</param>
    public SeededConv2d(
        Generator? generator, long inChannels, long outChannels, long kernel, long stride = 1, long padding = 0, bool bias = true)
        : base(nameof(SeededConv2d))
    {
        weight = SeededLinear.Draw(generator, [outChannels, inChannels, kernel, kernel], fanIn: inChannels * kernel * kernel);
        this.bias = bias ? SeededLinear.Draw(generator, [outChannels], fanIn: inChannels * kernel * kernel) : null;
        (_stride, _padding) = (stride, padding);
        RegisterComponents();
    }

    /// <summary>[N,in,H,W] → [N,out,H′,W′].</summary>
    public override Tensor forward(Tensor x)
    {
        var channels = x.shape[1];
        var used = channels < weight.shape[1] ? weight.slice(1, 0, channels, 1).contiguous() : weight;
        return FastOps.conv2d(x, used, bias, _stride, _padding, _padding);
    }
}
