using IconDiffusion.Kernels;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>The penalty that gives WGAN-GP its name (Gulrajani et al. 2017, eq. 3).</summary>
public static class GradientPenalty
{
    /// <summary>λ·E[(‖∇D(x̂)‖₂ − 1)²] with x̂ = real + ε·(drawn − real), the norm over all of an icon's values.</summary>
    /// <param name="critic">[N,3,H,W] → [N], twice differentiable, each score of its own icon alone.</param>
    /// <param name="real">[N,3,H,W].</param>
    /// <param name="drawn">Like <paramref name="real"/>, cut off from its generator.</param>
    /// <param name="epsilon">[N], from U(0, 1).</param>
    /// <param name="weight">λ.</param>
    public static (Tensor Penalty, Tensor Norms) Of(
        Func<Tensor, Tensor> critic, Tensor real, Tensor drawn, Tensor epsilon, double weight)
    {
        var between = (real + epsilon.reshape(-1, 1, 1, 1) * (drawn - real)).requires_grad_();
        var gradient = Gradients.Of(critic(between).sum(), between, createGraph: true);
        var norms = gradient.square().sum([1, 2, 3]).sqrt(); // [N]
        return ((norms - 1).square().mean() * weight, norms);
    }
}
