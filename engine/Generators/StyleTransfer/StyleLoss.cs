using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.StyleTransfer;

/// <summary>
/// The loss of Gatys et al. 2016 (arXiv 1508.06576), eq. 1–7, of one icon x against a content icon p and the training icons' mean Gram matrices A.
/// Departs from it in that every layer counts relative to what it aims at, so that the same weights serve every network:
/// <code>
/// G_l = F_l F_lᵀ / M_l                                    (eq. 3, per position)
/// L_style = mean_l  mean_ij (G_l − A_l)² / mean_ij A_l²   (eq. 4–5)
/// L_content = mean_ij (F − P)² / mean_ij P²               (eq. 1)
/// L = α L_content + β L_style + γ mean (x − neighbour)²   (eq. 7)
/// </code>
/// </summary>
public static class StyleLoss
{
    // An icon in which a layer sees nothing has no size to be relative to.
    private const double Least = 1e-12;

    /// <summary>Gram matrices of activations.</summary>
    /// <param name="activations">[N,C,h,w].</param>
    /// <returns>[N,C,C].</returns>
    public static Tensor Gram(Tensor activations)
    {
        var features = activations.flatten(2);   // [N,C,M]
        return features.matmul(features.transpose(1, 2)) / features.shape[2];
    }

    /// <summary>How far Gram matrices are from those that they aim at, 0 where they meet them.</summary>
    /// <param name="grams">Of each layer, [N,C,C].</param>
    /// <param name="targets">Of each layer, [C,C].</param>
    /// <returns>[N].</returns>
    public static Tensor Style(IReadOnlyList<Tensor> grams, IReadOnlyList<Tensor> targets) => stack(grams.Zip(targets, Relative), 0).mean([0L]);

    /// <summary>How far activations are from a content icon's.</summary>
    /// <param name="activations">[N,C,h,w].</param>
    /// <param name="target">The same of the content icons.</param>
    /// <returns>[N].</returns>
    public static Tensor Content(Tensor activations, Tensor target) => Relative(activations, target);

    /// <summary>Mean squared difference between pixels and their right and lower neighbours.</summary>
    /// <param name="icons">[N,3,H,W] in −1…1.</param>
    /// <returns>[N].</returns>
    public static Tensor Roughness(Tensor icons) =>
        (icons.diff(1, 3).square().mean([1L, 2, 3]) + icons.diff(1, 2).square().mean([1L, 2, 3])) / 2;

    /// <summary>The whole loss of an icon.</summary>
    /// <param name="icon">[1,3,H,W] in −1…1.</param>
    /// <param name="content">What the layer of content sees in the content icon.</param>
    /// <param name="style">The training icons' mean Gram matrices.</param>
    /// <returns>One number.</returns>
    public static Tensor Of(StyleNetwork network, StyleTransferSpec spec, Tensor icon, Tensor content, IReadOnlyList<Tensor> style)
    {
        var seen = network.See(icon);
        var loss = spec.ContentWeight * Content(seen.Content, content) + spec.StyleWeight * Style([.. seen.Style.Select(Gram)], style);
        return (spec.Smoothness == 0 ? loss : loss + spec.Smoothness * Roughness(icon)).sum();
    }

    /// <summary>The whole loss and its gradient by the icon.</summary>
    /// <inheritdoc cref="Of"/>
    public static (Tensor Loss, Tensor Gradient) WithGradient(StyleNetwork network, StyleTransferSpec spec, Tensor icon, Tensor content, IReadOnlyList<Tensor> style)
    {
        using var grad = enable_grad();
        using var scope = NewDisposeScope();
        var x = icon.detach().clone().requires_grad_(true);
        var loss = Of(network, spec, x, content, style);
        var gradient = Gradients.Of(loss, x);
        return (loss.detach().MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    // [N,…] and [N,…] or […] → [N].
    private static Tensor Relative(Tensor found, Tensor target)
    {
        var difference = (found - target).square().flatten(1).mean([1L]);
        var size = found.dim() == target.dim() ? target.square().flatten(1).mean([1L]) : target.square().mean();
        return difference / size.clamp_min(Least);
    }
}
