using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>The latents of a GAN's icons: that of icon i depends on (seed, i) alone, as <see cref="IconNoise"/> does.</summary>
public static class IconLatents
{
    /// <summary>Of the icons <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="first">Number of the first icon.</param>
    /// <param name="count">Icons from there on.</param>
    /// <param name="latentDim">Components of each latent.</param>
    /// <param name="device">The model's.</param>
    /// <returns>float32 [count,latentDim], standard normal.</returns>
    public static Tensor Draw(int seed, int first, int count, int latentDim, Device device)
    {
        if (first < 0 || count < 1)
            throw new ArgumentException($"Latents from icon {first} on, {count} of them, were asked for; wanted 0 or more, and at least 1.");
        return Draw(seed, Enumerable.Range(first, count), latentDim, device);
    }

    /// <summary>Of any icons, in the order given.</summary>
    /// <inheritdoc cref="Draw(int, int, int, int, Device)"/>
    /// <param name="icons">Numbers of icons, at least one.</param>
    public static Tensor Draw(int seed, IEnumerable<int> icons, int latentDim, Device device)
    {
        using var scope = NewDisposeScope();
        return stack([.. icons.Select(One)]).to(device).MoveToOuterDisposeScope();

        Tensor One(int icon)
        {
            using var generator = new Generator(RandomStream.Icon(seed, icon), CPU);
            return randn([latentDim], generator: generator);
        }
    }
}
