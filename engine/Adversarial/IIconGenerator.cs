using static TorchSharp.torch;

namespace IconDiffusion.Engine.Adversarial;

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
}
