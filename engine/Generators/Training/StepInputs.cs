using IconDiffusion.Data;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// What an optimiser step trains on, as a function of (seed, step) alone: which icons, which of them mirrored, which time
/// steps, what noise. The number of the step is therefore the whole random state of training, and resuming needs nothing else.
/// </summary>
public sealed class StepInputs : IDisposable
{
    private readonly IconBatches _icons;
    private readonly int _seed;
    private readonly int _timesteps;
    private readonly Device _device;

    /// <param name="dataset">Copied to the device once, as bytes.</param>
    /// <param name="imagesPerStep">Images of all accumulated batches together.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="timesteps">Length T of the forward process.</param>
    /// <param name="device">Where the inputs are wanted.</param>
    public StepInputs(IconDataset dataset, int imagesPerStep, int seed, int timesteps, Device device)
    {
        _icons = new IconBatches(dataset, imagesPerStep, seed, device);
        (_seed, _timesteps, _device) = (seed, timesteps, device);
    }

    /// <summary>The inputs of optimiser step <paramref name="step"/>, counted from 1, in <paramref name="batches"/> equal parts.</summary>
    /// <returns>
    /// x₀: float32 [N,3,H,W] in [−1, 1], channels_last; t: int64 [N] in [0, T); noise: like x₀. All in the caller's dispose scope.
    /// </returns>
    public IReadOnlyList<(Tensor X0, Tensor T, Tensor Noise)> Draw(long step, int batches = 1)
    {
        var x0 = _icons.Draw(step);

        // On the CPU whatever the device (docs/decisions/0003).
        using var generator = new Generator(RandomStream.TrainingStep(_seed, step), CPU);
        var t = randint(0, _timesteps, [x0.shape[0]], dtype: ScalarType.Int64, generator: generator).to(_device);
        var noise = randn([x0.shape[0], x0.shape[2], x0.shape[3], 3], generator: generator).to(_device).permute(0, 3, 1, 2);
        return [.. x0.chunk(batches, 0).Zip(t.chunk(batches, 0), noise.chunk(batches, 0))];
    }

    /// <summary>Frees the icons.</summary>
    public void Dispose() => _icons.Dispose();
}
