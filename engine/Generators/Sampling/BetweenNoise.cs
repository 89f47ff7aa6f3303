using IconDiffusion.Generators.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// Noise of points between icons: each draw is blended from both icons' (<see cref="IconPoint.Blend"/>), the first and every later one, so
/// that ways between icons are smooth with every sampler, also with those that add noise at each step.
/// </summary>
public sealed class BetweenNoise : INoise, IDisposable
{
    private readonly IReadOnlyList<IconPoint> _points;
    private readonly IconNoise _from;
    private readonly IconNoise _to;

    /// <param name="seed">The run's seed.</param>
    /// <param name="points">At least one.</param>
    /// <param name="channels">C of the icon.</param>
    /// <param name="size">H and W of the icon.</param>
    /// <param name="device">The model's.</param>
    public BetweenNoise(int seed, IReadOnlyList<IconPoint> points, int channels, int size, Device device)
    {
        _points = points;
        _from = new IconNoise(seed, points.Select(point => point.From), channels, size, device);
        _to = new IconNoise(seed, points.Select(point => point.To), channels, size, device);
    }

    /// <inheritdoc/>
    public Tensor Next()
    {
        using var scope = NewDisposeScope();
        return IconPoint.Blend(_points, _from.Next(), _to.Next()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }
}
