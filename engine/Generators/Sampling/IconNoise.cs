using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// Noise of icons <c>first…first + count − 1</c> of a run. That of icon i depends on (seed, i) alone: each icon has its own CPU
/// generator, so neither the batch size, nor the order of batches, nor the model's device changes a bit of it.
/// </summary>
public sealed class IconNoise : INoise, IDisposable
{
    private readonly Generator[] _generators;
    private readonly long[] _shape; // [C,H,W]
    private readonly Device _device;

    /// <param name="seed">The run's seed.</param>
    /// <param name="first">Number of the batch's first icon.</param>
    /// <param name="count">Icons in the batch.</param>
    /// <param name="channels">C of the icon.</param>
    /// <param name="size">H and W of the icon.</param>
    /// <param name="device">The model's; the CPU if null.</param>
    public IconNoise(int seed, int first, int count, int channels, int size, Device? device = null)
        : this(seed, first >= 0 && count >= 1
            ? Enumerable.Range(first, count)
            : throw new ArgumentException($"Icons from {first} on, {count} of them, were asked for; wanted 0 or more, and at least 1."), channels, size, device)
    {
    }

    /// <param name="seed">The run's seed.</param>
    /// <param name="icons">Numbers of the icons, in any order.</param>
    /// <param name="channels">C of the icon.</param>
    /// <param name="size">H and W of the icon.</param>
    /// <param name="device">The model's; the CPU if null.</param>
    public IconNoise(int seed, IEnumerable<int> icons, int channels, int size, Device? device = null)
    {
        _generators = [.. icons.Select(icon => new Generator(RandomStream.Icon(seed, icon), CPU))];
        _shape = [channels, size, size];
        _device = device ?? CPU;
    }

    /// <inheritdoc/>
    public Tensor Next()
    {
        using var scope = NewDisposeScope();
        var draws = _generators.Select(generator => randn(_shape, generator: generator)).ToArray();
        return stack(draws).to(_device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var generator in _generators)
            generator.Dispose();
    }
}
