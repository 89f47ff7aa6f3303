using IconDiffusion.Engine.Adversarial;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Sampling;

/// <summary>Icons from a trained GAN.</summary>
public sealed class LatentIcons : IIconSource
{
    private readonly IIconGenerator _generator;
    private readonly int _seed;
    private readonly double _truncation;
    private readonly Device _device;

    /// <summary>Loads the generator of a run whose training has ended.</summary>
    /// <param name="folder">The run's.</param>
    /// <param name="spec">The run; its model is a <see cref="GanSpec"/>, its sampler a <see cref="LatentSpec"/>.</param>
    /// <param name="device">Where to draw.</param>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public LatentIcons(RunFolder folder, RunSpec spec, Device device)
    {
        (_seed, _truncation, _device) = (spec.Seed, ((LatentSpec)spec.Sampling.Sampler).Truncation, device);
        _generator = TrainedModel.LoadGenerator(folder, (GanSpec)spec.Model, spec.Dataset.ImageSize, device);
    }

    /// <summary>One: the generator's.</summary>
    public int Calls => 1;

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IProgress<int>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var icons = _generator.Draw(IconLatents.Draw(_seed, first, count, _generator.LatentDim, _device), _truncation);
        progress?.Report(1);
        return icons.MoveToOuterDisposeScope();
    }

    /// <summary>Frees the generator.</summary>
    public void Dispose() => _generator.Network.Dispose();
}
