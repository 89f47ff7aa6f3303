using IconDiffusion.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary><c>torch.nn.Linear</c>: the same parameters and the same initial values, drawn from a given generator.</summary>
internal sealed class SeededLinear : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in]
    private readonly Parameter? bias;  // [out]

    /// <param name="generator">Where the initial values are from; the process's generator if null.</param>
    /// <param name="hasBias">Whether there is a bias; without one nothing comes of nothing.</param>
    public SeededLinear(Generator? generator, long inFeatures, long outFeatures, bool hasBias = true) : base(nameof(SeededLinear))
    {
        weight = Draw(generator, [outFeatures, inFeatures], inFeatures);
        if (hasBias) bias = Draw(generator, [outFeatures], inFeatures);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => FastOps.linear(x, weight, bias);

    /// <summary>Values from U(−1/√fan_in, 1/√fan_in), which is what PyTorch's layers begin with.</summary>
    internal static Parameter Draw(Generator? generator, long[] shape, long fanIn)
    {
        // PyTorch arrives at a weight's bound as √3 · √(1/3) / √fan_in (kaiming_uniform_ with a = √5), one ulp from the bias's.
        var bound = shape.Length > 1 ? Math.Sqrt(3.0) * (Math.Sqrt(2.0 / (1 + 5)) / Math.Sqrt(fanIn)) : 1 / Math.Sqrt(fanIn);
        // Not nn.init.uniform_, in which TorchSharp 0.107 takes a generator and then draws from the process's.
        return new Parameter(empty(shape).uniform_(-bound, bound, generator));
    }
}
