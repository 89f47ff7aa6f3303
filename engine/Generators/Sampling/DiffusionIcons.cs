using IconDiffusion.Data;
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
    private readonly TagGuide? _guide;

    /// <summary>Loads the averaged weights of a run whose training has ended.</summary>
    /// <param name="spec">The run; its model is a <see cref="DdpmSpec"/>.</param>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights, or the tags that the model was told are not there.</exception>
    /// <exception cref="ExperimentException">It is to draw with a tag that no training icon has.</exception>
    public DiffusionIcons(RunFolder folder, RunSpec spec, Device device)
    {
        var ddpm = (DdpmSpec)spec.Model;
        (_spec, _device) = (spec, device);
        _guide = ddpm.Condition == ModelCondition.Tags ? new(IconTags.Read(folder), spec.Seed, (ReverseSpec)spec.Sampling.Sampler, device) : null;
        _model = new Unet(ddpm.Unet, tags: _guide?.Tags);
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
        using var tags = _guide?.Of(Enumerable.Range(first, count));
        return _sampler.Sample((x, t) => Predict(x, t, tags), noise, progress, cancellation);
    }

    /// <inheritdoc/>
    public Tensor DrawBetween(IReadOnlyList<IconPoint> points, CancellationToken cancellation)
    {
        using var inference = inference_mode();
        using var noise = new BetweenNoise(_spec.Seed, points, _model.Channels, _spec.Dataset.ImageSize, _device);
        using var tags = _guide?.Between(points);
        return _sampler.Sample((x, t) => Predict(x, t, tags), noise, null, cancellation);
    }

    // [N,3,H,W] and [1], by the network in parts: no icon depends on another.
    private Tensor Predict(Tensor x, Tensor t, Tensor? tags)
    {
        if (x.shape[0] <= AtOnce) return Part(x, tags);
        var parts = x.split(AtOnce);
        return cat(tags is null ? [.. parts.Select(part => Part(part, null))] : [.. parts.Zip(tags.split(AtOnce), Part)], 0);

        Tensor Part(Tensor part, Tensor? rows) => _guide is null ? _model.call(part, t) : _guide.Predict(_model, part, t, rows!);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _diffusion.Dispose();
        _model.Dispose();
    }
}
