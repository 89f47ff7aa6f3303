using IconDiffusion.Data;
using IconDiffusion.Generators.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>Everything random in a batch that StyleGAN2's generator draws while it is trained.</summary>
/// <param name="Z">Latents, [N,z].</param>
/// <param name="Cutoff">First layer whose style is made from <paramref name="SecondZ"/>; the number of styles where none is.</param>
/// <param name="SecondZ">Latents of the other style, [N,z]; none where styles are not mixed.</param>
/// <param name="Noise">One [N,1,H,W] for each convolution.</param>
/// <param name="Tags">Those of N training icons, [N, 1 + tags], which both styles are made from; null: the networks are told none.</param>
public sealed record StyleGan2Draws(Tensor Z, int Cutoff, Tensor? SecondZ, IReadOnlyList<Tensor> Noise, Tensor? Tags = null)
{
    /// <summary>Draws them, on the CPU whatever the device, so that every device trains on the same.</summary>
    /// <param name="network">Whose icons they are for.</param>
    /// <param name="latentDim">Components of z.</param>
    /// <param name="batch">Icons, N.</param>
    /// <param name="mixing">Probability of two styles.</param>
    /// <param name="random">A CPU generator.</param>
    /// <param name="device">Where they are wanted.</param>
    /// <param name="tags">Of the training icons, of networks that are told them; null: they are told none.</param>
    public static StyleGan2Draws From(
        StyleGan2Synthesis network, int latentDim, long batch, double mixing, Generator random, Device device, IconTags? tags = null)
    {
        // All of them whether used or not: what is drawn later must not depend on the outcome.
        var z = Normal(batch, latentDim);
        var cutoff = (int)randint(1, network.StyleCount, [1], generator: random).item<long>();
        var mixed = rand([1], generator: random).item<float>() < mixing;
        var second = Normal(batch, latentDim);
        return new(
            z, mixed ? cutoff : network.StyleCount, mixed ? second : null,
            [.. network.NoiseSides.Select(side => Normal(batch, 1, side, side))],
            tags is null ? null : TagRows.Of(tags.Names.Count, [.. randint(0, tags.Icons.Count, [batch], ScalarType.Int64, generator: random).data<long>().Select(icon => tags.Icons[(int)icon])], device));

        Tensor Normal(params long[] shape) => randn(shape, generator: random).to(device);
    }
}
