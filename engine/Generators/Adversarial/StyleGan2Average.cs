using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>The moving average of a generator, which icons are drawn from (Karras et al. 2020; the ramp is stylegan2-ada-pytorch's).</summary>
public static class StyleGan2Average
{
    /// <summary>How much of the average stays: half of it after the half-life.</summary>
    /// <param name="spec">Half-life and ramp.</param>
    /// <param name="imagesSeen">Real icons shown before this step.</param>
    /// <param name="batch">Icons shown by this step.</param>
    public static double Decay(StyleGan2EmaSpec spec, long imagesSeen, long batch)
    {
        var halfLife = spec.HalfLifeKimg * 1000;
        if (spec.Rampup is { } share) halfLife = Math.Min(halfLife, imagesSeen * share);
        return Math.Pow(0.5, batch / Math.Max(halfLife, 1e-8));
    }

    /// <summary>Moves every weight of the average towards the network's; buffers are copied.</summary>
    public static void Update(StyleGan2Generator average, StyleGan2Generator network, double decay)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var ((_, mean), (_, weight)) in average.named_parameters().Zip(network.named_parameters()))
            mean.copy_(weight + (mean - weight) * decay);
        foreach (var ((_, mean), (_, buffer)) in average.named_buffers().Zip(network.named_buffers()))
            mean.copy_(buffer);
    }
}
