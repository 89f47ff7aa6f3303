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
public sealed class DiffusionIcons : ITaggedIcons
{
    private readonly RunSpec _spec;
    private readonly Device _device;
    private readonly Unet _model;
    private readonly GaussianDiffusion _diffusion;
    private readonly ISampler _sampler;
    private readonly TagGuide? _guide;
    private readonly IIconSource? _below;
    private readonly Enlarging? _enlarging;

    /// <summary>Loads the averaged weights of a run whose training has ended.</summary>
    /// <param name="spec">The run; its model is a <see cref="DdpmSpec"/>.</param>
    /// <param name="below">Draws the icons that are enlarged, of a stage of a cascade, and is freed with this; else null.</param>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights, or the tags that the model was told are not there.</exception>
    /// <exception cref="ExperimentException">It is to draw with a tag that no training icon has.</exception>
    public DiffusionIcons(RunFolder folder, RunSpec spec, Device device, IIconSource? below = null)
    {
        var ddpm = (DdpmSpec)spec.Model;
        (_spec, _device, _below) = (spec, device, below);
        _guide = ddpm.IsToldTags ? new(IconTags.Read(folder), spec.Seed, (ReverseSpec)spec.Sampling.Sampler, device) : null;
        _model = new Unet(ddpm.Unet, tags: _guide?.Tags, enlarges: ddpm.Enlarges is not null);
        TrainedModel.Load(folder, _model, device);
        _model.eval();
        _diffusion = new GaussianDiffusion(ddpm.Diffusion, device);
        if (ddpm.Enlarges is { } enlarges) _enlarging = new Enlarging(enlarges, _diffusion, spec.Dataset.ImageSize);
        _sampler = Samplers.Create(spec.Sampling.Sampler, _diffusion);
    }

    /// <summary>Most icons that go through the network at a time, for memory's sake.</summary>
    public int AtOnce { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public int Calls => (_below?.Calls ?? 0) + _sampler.ModelCalls;

    // The noise of a stage that enlarges is another than that of the stages before it, whose seed is often the same.
    internal int Seed => _enlarging is null ? _spec.Seed : (int)(new SplitMix64(_spec.Seed, _spec.Dataset.ImageSize).Next() >> 33);

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IProgress<int>? progress, CancellationToken cancellation) => Draw(first, count, with: null, progress, cancellation);

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IReadOnlyList<int>? with, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var noise = new IconNoise(Seed, first, count, _model.Channels, _spec.Dataset.ImageSize, _device);
        var tags = with is null ? _guide?.Of(Enumerable.Range(first, count)) : _guide?.With(count, with);
        var small = Small(_below?.Draw(first, count, progress, cancellation), noise);
        return _sampler.Sample((x, t) => Predict(x, t, tags, small), noise, After(progress), cancellation).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor DrawBetween(IReadOnlyList<IconPoint> points, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var noise = new BetweenNoise(Seed, points, _model.Channels, _spec.Dataset.ImageSize, _device);
        var tags = _guide?.Between(points);
        var small = Small(_below?.DrawBetween(points, cancellation), noise);
        return _sampler.Sample((x, t) => Predict(x, t, tags, small), noise, null, cancellation).MoveToOuterDisposeScope();
    }

    /// <summary>Enlarges icons that come from elsewhere than from the stage before, without gradients, where the model enlarges icons.</summary>
    /// <param name="icons">float32 [N,3,h,w] in −1…1, on any device.</param>
    /// <param name="numbers">Of each icon, 0…2³⁰ − 1: those of one number get the same noise, whichever others they are enlarged with.</param>
    /// <param name="noise">How much noise they get before, as a part of the forward process.</param>
    /// <param name="progress">Told how many calls are done, after each.</param>
    /// <param name="cancellation">Heeded before each call.</param>
    /// <returns>float32 [N,3,H,W], pixels around −1…1, on the model's device.</returns>
    /// <exception cref="InvalidOperationException">The model enlarges nothing.</exception>
    /// <exception cref="OperationCanceledException"/>
    public Tensor Enlarge(Tensor icons, IReadOnlyList<int> numbers, double noise, IProgress<int>? progress, CancellationToken cancellation)
    {
        if (_enlarging is null) throw new InvalidOperationException($"The model is {_spec.Model.Label}; wanted one that enlarges icons.");
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var draws = new IconNoise(Seed, numbers, _model.Channels, _spec.Dataset.ImageSize, _device);
        var small = _enlarging.Drawn(icons.to(_device), noise, draws.Next());
        return _sampler.Sample((x, t) => Predict(x, t, null, small), draws, progress, cancellation).MoveToOuterDisposeScope();
    }

    // What is to be enlarged, with the first draw of the noise; the sampler goes on with the second.
    private SmallIcons? Small(Tensor? icons, INoise noise) =>
        icons is null ? null : _enlarging!.Drawn(icons, ((ReverseSpec)_spec.Sampling.Sampler).Base!.Noise, noise.Next());

    // Its own calls come after those of the stages before.
    private IProgress<int>? After(IProgress<int>? progress) => _below is null || progress is null ? progress : new Later(progress, _below.Calls);

    // [N,3,H,W] and [1], by the network in parts: no icon depends on another.
    private Tensor Predict(Tensor x, Tensor t, Tensor? tags, SmallIcons? small)
    {
        if (x.shape[0] <= AtOnce) return Part(x, tags, small);
        var (rows, smaller) = (tags?.split(AtOnce), small?.Split(AtOnce));
        return cat([.. x.split(AtOnce).Select((part, i) => Part(part, rows?[i], smaller?[i]))], 0);

        Tensor Part(Tensor part, Tensor? rows, SmallIcons? small) => _guide is null ? _model.Predict(part, t, null, small) : _guide.Predict(_model, part, t, rows!);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _diffusion.Dispose();
        _model.Dispose();
        _below?.Dispose();
    }

    private sealed class Later(IProgress<int> progress, int before) : IProgress<int>
    {
        public void Report(int value) => progress.Report(before + value);
    }
}
