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
    /// <param name="z">float32 [N,<see cref="LatentDim"/>], standard normal.</param>
    /// <param name="truncation">StyleGAN2's ψ; 1 for networks that have none.</param>
    /// <returns>float32 [N,3,H,W] around −1…1. Icon i follows from row i alone, whatever the batch.</returns>
    Tensor Draw(Tensor z, double truncation = 1);

    /// <summary>Draws points between icons: here on the way between their latents.</summary>
    /// <param name="points">N points.</param>
    /// <param name="from">z of each point's first icon, [N,<see cref="LatentDim"/>].</param>
    /// <param name="to">z of its second.</param>
    /// <param name="truncation">As in <see cref="Draw"/>.</param>
    /// <returns>float32 [N,3,H,W] around −1…1.</returns>
    Tensor DrawBetween(IReadOnlyList<IconPoint> points, Tensor from, Tensor to, double truncation) =>
        Draw(IconPoint.Blend(points, from, to), truncation);
}
