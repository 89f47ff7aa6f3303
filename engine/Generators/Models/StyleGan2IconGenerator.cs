using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>Draws icons from a StyleGAN2 generator: truncated, with the noise that is part of its weights, one style or two.</summary>
/// <param name="network">On its device; not freed along with this.</param>
public sealed class StyleGan2IconGenerator(StyleGan2Generator network) : IIconGenerator
{
    /// <inheritdoc/>
    public nn.Module Network => network;

    /// <inheritdoc/>
    public int LatentDim => (int)network.Mapping.Average.shape[0];

    /// <summary>How many styles an icon is made from.</summary>
    public int StyleCount => network.Synthesis.StyleCount;

    /// <inheritdoc/>
    public Tensor Draw(Latents latents, double truncation = 1) => DrawStyles(Styles(latents, truncation));

    /// <summary>Draws points on the straight line between two w, as the paper's films do.</summary>
    /// <inheritdoc cref="IIconGenerator.DrawBetween"/>
    public Tensor DrawBetween(IReadOnlyList<IconPoint> points, Latents from, Latents to, double truncation)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var part = tensor(points.Select(point => (float)point.Part).ToArray()).unsqueeze(1).to(from.Z.device);
        var (one, other) = (Styles(from, truncation), Styles(to, truncation));
        return DrawStyles(one * (1 - part) + other * part).MoveToOuterDisposeScope();
    }

    /// <summary>w of each latent, truncated, [N,w]. Points between two of them are icons between two icons.</summary>
    /// <param name="latents">Of N icons.</param>
    /// <param name="truncation">ψ.</param>
    public Tensor Styles(Latents latents, double truncation = 1)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return network.Mapping.Truncate(network.Mapping.call(latents.Z, latents.Tags), truncation).MoveToOuterDisposeScope();
    }

    /// <summary>Icons from styles: [N,w] → float32 [N,3,H,W] around −1…1.</summary>
    public Tensor DrawStyles(Tensor styles) => Synthesize(network.Broadcast(styles));

    /// <summary>Icons with the shape of one and the finer look of another.</summary>
    /// <param name="coarse">w of the layers before <paramref name="cutoff"/>, [N,w].</param>
    /// <param name="fine">w of the others, [N,w].</param>
    /// <param name="cutoff">1 to <see cref="StyleCount"/> − 1; two layers per resolution, from 4×4 on.</param>
    public Tensor Mix(Tensor coarse, Tensor fine, int cutoff) => cutoff >= 1 && cutoff < StyleCount
        ? Synthesize(network.Mix(coarse, fine, cutoff))
        : throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, $"Styles are mixed from layer 1 to {StyleCount - 1} on.");

    private Tensor Synthesize(Tensor ws)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return network.Synthesis.Forward(ws, network.Synthesis.ConstantNoise()).MoveToOuterDisposeScope();
    }
}
