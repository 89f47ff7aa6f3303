using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>Icons from a trained denoising diffusion model, by the sampler that its run asks for.</summary>
public sealed class DiffusionIcons : IIconSource
{
    private readonly RunSpec _spec;
    private readonly Device _device;
    private readonly Unet _model;
    private readonly GaussianDiffusion _diffusion;
    private readonly ISampler _sampler;

    /// <summary>Loads the averaged weights of a run whose training has ended.</summary>
    /// <param name="spec">The run; its model is a <see cref="DdpmSpec"/>.</param>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public DiffusionIcons(RunFolder folder, RunSpec spec, Device device)
    {
        var ddpm = (DdpmSpec)spec.Model;
        (_spec, _device) = (spec, device);
        _model = new Unet(ddpm.Unet);
        TrainedModel.Load(folder, _model, device);
        _model.eval();
        _diffusion = new GaussianDiffusion(ddpm.Diffusion, device);
        _sampler = Samplers.Create(spec.Sampling.Sampler, _diffusion);
    }

    /// <summary>Most icons that go through the network at a time, for memory's sake.</summary>
    public int AtOnce { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public int Calls => _sampler.ModelCalls;

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var inference = inference_mode();
        using var noise = new IconNoise(_spec.Seed, first, count, _model.Channels, _spec.Dataset.ImageSize, _device);
        return _sampler.Sample(Predict, noise, progress, cancellation);
    }

    /// <inheritdoc/>
    public Tensor DrawBetween(IReadOnlyList<IconPoint> points, CancellationToken cancellation)
    {
        using var inference = inference_mode();
        using var noise = new BetweenNoise(_spec.Seed, points, _model.Channels, _spec.Dataset.ImageSize, _device);
        return _sampler.Sample(Predict, noise, null, cancellation);
    }

    // [N,3,H,W] and [1], by the network in parts: no icon depends on another.
    private Tensor Predict(Tensor x, Tensor t) => x.shape[0] <= AtOnce
        ? _model.call(x, t)
        : cat([.. x.split(AtOnce).Select(part => _model.call(part, t))], 0);

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _diffusion.Dispose();
        _model.Dispose();
    }
}
