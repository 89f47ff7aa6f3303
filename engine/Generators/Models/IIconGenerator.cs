using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>A network that turns latents into icons.</summary>
public interface IIconGenerator
{
    /// <summary>The network itself, whose <c>state_dict</c> is what a finished run keeps.</summary>
    nn.Module Network { get; }

    /// <summary>Components of z.</summary>
    int LatentDim { get; }

    /// <summary>Draws icons as a finished run does: no gradient, nothing changed, nothing random.</summary>
    /// <param name="latents">Of N icons.</param>
    /// <param name="truncation">StyleGAN2's ψ; 1 for networks that have none.</param>
    /// <returns>float32 [N,3,H,W] around −1…1. Icon i follows from row i alone, whatever the batch.</returns>
    Tensor Draw(Latents latents, double truncation = 1);

    /// <summary>Draws points between icons: here on the way between their latents.</summary>
    /// <param name="points">N points.</param>
    /// <param name="from">Of each point's first icon.</param>
    /// <param name="to">Of its second.</param>
    /// <param name="truncation">As in <see cref="Draw"/>.</param>
    /// <returns>float32 [N,3,H,W] around −1…1.</returns>
    Tensor DrawBetween(IReadOnlyList<IconPoint> points, Latents from, Latents to, double truncation) =>
        Draw(new(IconPoint.Blend(points, from.Z, to.Z)), truncation);
}

/// <summary>What a generator makes icons from, a row of an icon each.</summary>
/// <param name="Z">float32 [N,<see cref="IIconGenerator.LatentDim"/>], standard normal.</param>
/// <param name="Tags">What the icons are asked to be, of a network that is told tags: float32 [N, 1 + tags], <see cref="TagRows"/>. Null: it is told none.</param>
public sealed record Latents(Tensor Z, Tensor? Tags = null);
