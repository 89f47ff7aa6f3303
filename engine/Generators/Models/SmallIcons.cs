using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>What <see cref="Unet"/> sees beside x_t when it enlarges icons.</summary>
/// <param name="Pixels">The smaller icons at the size of x_t, with their noise: float32 [N,C,H,W], around −1…1.</param>
/// <param name="Level">The level of that noise as a step of the forward process, int64 in 0…T−1: [N], or [1] for all alike.</param>
public sealed record SmallIcons(Tensor Pixels, Tensor Level)
{
    /// <summary>The same in parts.</summary>
    /// <param name="icons">Icons of a part; the last one may have fewer.</param>
    public SmallIcons[] Split(long icons) => Level.shape[0] == 1
        ? [.. Pixels.split(icons).Select(part => new SmallIcons(part, Level))]
        : [.. Pixels.split(icons).Zip(Level.split(icons), (pixels, level) => new SmallIcons(pixels, level))];
}
