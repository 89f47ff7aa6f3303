using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>Icons from a trained GAN.</summary>
public sealed class LatentIcons : ITaggedIcons
{
    private readonly IIconGenerator _generator;
    private readonly int _seed;
    private readonly double _truncation;
    private readonly Device _device;
    private readonly TagGuide? _guide;

    /// <summary>Loads the generator of a run whose training has ended.</summary>
    /// <param name="generator">As the run's spec has it; gets the run's weights, and is freed along with this.</param>
    /// <param name="folder">The run's.</param>
    /// <param name="spec">The run; its model is a <see cref="GanSpec"/>, its sampler a <see cref="LatentSpec"/>.</param>
    /// <param name="device">Where to draw.</param>
    /// <param name="guide">What is asked of a generator that was told tags; null: it was told none.</param>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public LatentIcons(IIconGenerator generator, RunFolder folder, RunSpec spec, Device device, TagGuide? guide = null)
    {
        (_generator, _seed, _truncation, _device, _guide) = (generator, spec.Seed, ((LatentSpec)spec.Sampling.Sampler).Truncation, device, guide);
        TrainedModel.Load(folder, generator.Network, device);
    }

    /// <summary>One: the generator's.</summary>
    public int Calls => 1;

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IProgress<int>? progress, CancellationToken cancellation) => Draw(first, count, with: null, progress, cancellation);

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IReadOnlyList<int>? with, IProgress<int>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var tags = with is null ? _guide?.Of(Enumerable.Range(first, count)) : _guide?.With(count, with);
        var icons = _generator.Draw(new(IconLatents.Draw(_seed, first, count, _generator.LatentDim, _device), tags), _truncation);
        progress?.Report(1);
        return icons.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor DrawBetween(IReadOnlyList<IconPoint> points, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (from, to) = (Latents([.. points.Select(point => point.From)]), Latents([.. points.Select(point => point.To)]));
        return _generator.DrawBetween(points, from, to, _truncation).MoveToOuterDisposeScope();
    }

    /// <summary>Draws icons with the shape of one icon and the finer look of another, for every pair of the two lists.</summary>
    /// <param name="coarse">Numbers of the icons that give the layers before <paramref name="cutoff"/>.</param>
    /// <param name="fine">Numbers of those that give the others.</param>
    /// <param name="cutoff">The first layer of the finer look; null: that of half the icon's side, 16×16 of 32×32.</param>
    /// <returns>float32 [coarse · fine,3,H,W], pixels around −1…1, all of the first coarse icon first.</returns>
    /// <exception cref="NotSupportedException">The generator has no styles.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public Tensor Mix(IReadOnlyList<int> coarse, IReadOnlyList<int> fine, int? cutoff)
    {
        if (_generator is not StyleGan2IconGenerator styles)
            throw new NotSupportedException("Only StyleGAN2 has styles to mix.");
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var rows = styles.Styles(Latents([.. coarse.SelectMany(icon => Enumerable.Repeat(icon, fine.Count))]), _truncation);
        var columns = styles.Styles(Latents([.. coarse.SelectMany(_ => fine)]), _truncation);
        return styles.Mix(rows, columns, cutoff ?? Math.Max(1, styles.StyleCount - 4)).MoveToOuterDisposeScope();
    }

    private Latents Latents(IReadOnlyList<int> icons) => new(IconLatents.Draw(_seed, icons, _generator.LatentDim, _device), _guide?.Of(icons));

    /// <summary>Frees the generator.</summary>
    public void Dispose() => _generator.Network.Dispose();
}
