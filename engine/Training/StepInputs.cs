using IconDiffusion.Engine.Data;
using IconDiffusion.Engine.Diffusion;
using IconDiffusion.Engine.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Training;

/// <summary>
/// What an optimiser step trains on, as a function of (seed, step) alone: which icons, which of them mirrored, which time
/// steps, what noise. The number of the step is therefore the whole random state of training, and resuming needs nothing else.
/// </summary>
public sealed class StepInputs : IDisposable
{
    private readonly Tensor _icons;  // uint8 [Count,H,W,3], resident on the device
    private readonly EpochOrder _order;
    private readonly int _seed;
    private readonly int _timesteps;

    /// <param name="dataset">Copied to the device once, as bytes.</param>
    /// <param name="imagesPerStep">Images of all accumulated batches together.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="timesteps">Length T of the forward process.</param>
    /// <param name="device">Where the inputs are wanted.</param>
    public StepInputs(IconDataset dataset, int imagesPerStep, int seed, int timesteps, Device device)
    {
        _icons = tensor(dataset.Pixels).reshape(dataset.Count, dataset.ImageSize, dataset.ImageSize, 3).to(device).DetachFromDisposeScope();
        _order = new EpochOrder(dataset.Count, imagesPerStep, seed, dataset.HorizontalFlip);
        (_seed, _timesteps) = (seed, timesteps);
    }

    /// <summary>The inputs of optimiser step <paramref name="step"/>, counted from 1, in <paramref name="batches"/> equal parts.</summary>
    /// <returns>
    /// x₀: float32 [N,3,H,W] in [−1, 1], channels_last; t: int64 [N] in [0, T); noise: like x₀. All in the caller's dispose scope.
    /// </returns>
    public IReadOnlyList<(Tensor X0, Tensor T, Tensor Noise)> Draw(long step, int batches = 1)
    {
        var device = _icons.device;
        var batch = _order.Batch(step - 1);
        var indices = tensor(batch.Indices.Select(index => (long)index).ToArray()).to(device);
        var mirrored = tensor(batch.Mirrored.ToArray()).to(device);

        // [N,H,W,3] in memory, [N,3,H,W] to the network: channels_last without a copy.
        var icons = _icons.index_select(0, indices);
        icons = where(mirrored.reshape(-1, 1, 1, 1), icons.flip(2), icons).permute(0, 3, 1, 2);
        var x0 = PixelRange.ToModel(icons);

        // On the CPU whatever the device (docs/decisions/0003).
        using var generator = new Generator(RandomStream.TrainingStep(_seed, step), CPU);
        var t = randint(0, _timesteps, [batch.Size], dtype: ScalarType.Int64, generator: generator).to(device);
        var noise = randn([batch.Size, icons.shape[2], icons.shape[3], 3], generator: generator).to(device).permute(0, 3, 1, 2);
        return [.. x0.chunk(batches, 0).Zip(t.chunk(batches, 0), noise.chunk(batches, 0))];
    }

    /// <summary>Frees the icons.</summary>
    public void Dispose() => _icons.Dispose();
}
