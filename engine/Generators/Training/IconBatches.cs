using IconDiffusion.Data;
using IconDiffusion.Generators.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>The training icons of each step as a function of (seed, step) alone: which they are, and which of them are mirrored.</summary>
public sealed class IconBatches : IDisposable
{
    private readonly Tensor _icons;  // uint8 [Count,H,W,3], resident on the device
    private readonly EpochOrder _order;

    /// <param name="dataset">Copied to the device once, as bytes.</param>
    /// <param name="imagesPerStep">Images of all of a step's batches together.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="device">Where the icons are wanted.</param>
    public IconBatches(IconDataset dataset, int imagesPerStep, int seed, Device device)
    {
        _icons = tensor(dataset.Training.Pixels.Data.ToArray()).reshape(dataset.Count, dataset.ImageSize, dataset.ImageSize, 3).to(device).DetachFromDisposeScope();
        _order = new EpochOrder(dataset.Count, imagesPerStep, seed, dataset.HorizontalFlip);
    }

    /// <summary>The icons of step <paramref name="step"/>, counted from 1.</summary>
    /// <returns>float32 [imagesPerStep,3,H,W] in −1…1, channels_last.</returns>
    public Tensor Draw(long step)
    {
        var batch = _order.Batch(step - 1);
        var indices = tensor(batch.Indices.Select(index => (long)index).ToArray()).to(_icons.device);
        var mirrored = tensor(batch.Mirrored.ToArray()).to(_icons.device);

        // Mirrored as Image.Mirrored does, but where the icons lie: on the device. [N,H,W,3] in memory, [N,3,H,W] to the network: channels_last without a copy.
        var icons = _icons.index_select(0, indices);
        icons = where(mirrored.reshape(-1, 1, 1, 1), icons.flip(2), icons).permute(0, 3, 1, 2);
        return PixelRange.ToModel(icons);
    }

    /// <summary>Frees the icons.</summary>
    public void Dispose() => _icons.Dispose();
}
