using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// StyleGAN2's losses (Karras et al. 2020, arXiv:1912.04958): the non-saturating logistic loss, R1 on real icons, and path length
/// regularisation of the generator. Nothing here is random but what is passed in.
/// </summary>
/// <param name="generator">Draws icons from latents.</param>
/// <param name="discriminator">One logit per icon.</param>
public sealed class StyleGan2Loss(StyleGan2Generator generator, StyleGan2Discriminator discriminator)
{
    private const double PathMeanStep = 0.01;

    /// <summary>Draws a batch and moves the average of w, as every use of the generator in training does.</summary>
    /// <returns>Icons [N,C,H,W] and the w of all layers that they were made from, [N,count,w].</returns>
    public (Tensor Icons, Tensor Ws) Draw(StyleGan2Draws draws)
    {
        var w = generator.Mapping.call(draws.Z, draws.Tags);
        generator.Mapping.UpdateAverage(w);
        var ws = draws.SecondZ is null
            ? generator.Broadcast(w)
            : generator.Mix(w, generator.Mapping.call(draws.SecondZ, draws.Tags), draws.Cutoff);
        return (generator.Synthesis.Forward(ws, draws.Noise), ws);
    }

    /// <summary>What the generator wants small: that its icons, augmented, are taken for drawn ones.</summary>
    /// <param name="logits">Of drawn icons, [N,1].</param>
    public static Tensor OfGenerator(Tensor logits) => F.softplus(-logits).mean();

    /// <summary>What the discriminator wants small.</summary>
    /// <param name="drawn">Logits of drawn icons, [N,1].</param>
    /// <param name="real">Logits of real icons, [N,1].</param>
    public static Tensor OfDiscriminator(Tensor drawn, Tensor real) => F.softplus(drawn).mean() + F.softplus(-real).mean();

    /// <summary>R1 (Mescheder et al. 2018): the squared length of the logit's gradient by each real icon as it was before augmentation.</summary>
    /// <param name="reals">[N,C,H,W].</param>
    /// <param name="augment">Applied before the discriminator, differentiable twice.</param>
    /// <param name="tags">Theirs, [N, 1 + tags]; null: the discriminator is told none.</param>
    /// <returns>Penalty [N], to be weighted by γ/2, and logits [N,1].</returns>
    public (Tensor Penalty, Tensor Logits) R1(Tensor reals, Func<Tensor, Tensor> augment, Tensor? tags = null)
    {
        var icons = reals.detach().requires_grad_();
        var logits = discriminator.call(augment(icons), tags);
        var gradient = Gradients.Of(logits.sum(), icons, createGraph: true);
        return (gradient.square().sum([1, 2, 3]), logits);
    }

    /// <summary>
    /// Path length regularisation: how far the length of an icon's gradient along a random direction of pixels is from the running
    /// mean of such lengths. The gradient goes through the mean as well.
    /// </summary>
    /// <param name="draws">The batch, commonly half as large as others.</param>
    /// <param name="direction">N(0,1) like the icons; scaled to length 1 per channel here.</param>
    /// <param name="mean">The running mean, []; stays as it is.</param>
    /// <returns>Penalty [N], to be weighted; the new running mean, [], detached; and the lengths [N].</returns>
    public (Tensor Penalty, Tensor Mean, Tensor Lengths) PathLength(StyleGan2Draws draws, Tensor direction, Tensor mean)
    {
        var (icons, ws) = Draw(draws);
        var scaled = direction / Math.Sqrt(icons.shape[2] * icons.shape[3]);
        var gradient = Gradients.Of((icons * scaled).sum(), ws, createGraph: true);
        var lengths = gradient.square().sum([2]).mean([1]).sqrt();
        var moved = mean + (lengths.mean() - mean) * PathMeanStep;
        return ((lengths - moved).square(), moved.detach(), lengths);
    }
}
