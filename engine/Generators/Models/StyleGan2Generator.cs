using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// StyleGAN2's generator (Karras et al. 2020, arXiv:1912.04958): a mapping network from z to w and a synthesis network with skip
/// connections to colours. Parameters have the names of stylegan2-ada-pytorch's checkpoints, and from the same seed its initial
/// values. Departs from that in nothing but speed: float32 throughout, without its filter buffers.
/// </summary>
public sealed class StyleGan2Generator : nn.Module
{
    private readonly StyleGan2Synthesis synthesis;
    private readonly StyleGan2Mapping mapping;

    /// <param name="spec">Widths and depth.</param>
    /// <param name="resolution">Side of the icons, a power of two from 8 on.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    /// <param name="tags">Tags that it is told of each icon, see <see cref="TagRows"/>; null: none.</param>
    public StyleGan2Generator(StyleGan2Spec spec, int resolution, Generator? generator = null, int? tags = null)
        : base(nameof(StyleGan2Generator))
    {
        if (resolution < 8 || !int.IsPow2(resolution))
            throw new ArgumentException($"StyleGAN2 was asked for icons of {resolution} pixels; wanted a power of two from 8 on.");
        synthesis = new StyleGan2Synthesis(
            spec.LatentDim, resolution, side => Math.Min(spec.ChannelBase / side, spec.ChannelMax), generator);
        mapping = new StyleGan2Mapping(spec.LatentDim, spec.LatentDim, spec.MappingLayers, generator, tags);
        RegisterComponents();
    }

    /// <summary>z to w.</summary>
    public StyleGan2Mapping Mapping => mapping;

    /// <summary>w to the image.</summary>
    public StyleGan2Synthesis Synthesis => synthesis;

    /// <summary>The same w for every layer: [N,w] → [N,<see cref="StyleGan2Synthesis.StyleCount"/>,w].</summary>
    public Tensor Broadcast(Tensor w) => w.unsqueeze(1).repeat(1, synthesis.StyleCount, 1);

    /// <summary>One w for the layers before <paramref name="cutoff"/> and another from there on: [N,w] each → [N,count,w].</summary>
    public Tensor Mix(Tensor coarse, Tensor fine, int cutoff) => cutoff >= synthesis.StyleCount
        ? Broadcast(coarse)
        : cat([coarse.unsqueeze(1).repeat(1, cutoff, 1), fine.unsqueeze(1).repeat(1, synthesis.StyleCount - cutoff, 1)], 1);
}
