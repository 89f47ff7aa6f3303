using IconDiffusion.Data;
using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// Tells a network what the icons of a run are asked to be, and a diffusion model how much that counts: classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598). Its
/// answer is p∅ + s·(p − p∅) of the predictions with the tags and without, which s = 0 makes that without and s = 1 that with; both come out of one pass. (The
/// paper's w is s − 1.) That it is ε, x₀ or v that is predicted makes no difference, as each is linear in the others.
/// </summary>
public sealed class TagGuide
{
    private readonly IconTags _tags;
    private readonly double _scale;
    private readonly Func<int, IReadOnlyList<int>> _asked;
    private readonly Device _device;

    /// <param name="tags">Of the training icons.</param>
    /// <param name="seed">The run's: chooses whose tags each icon has, see <see cref="IconTags.AskedBy"/>.</param>
    /// <param name="sampler">What is asked for.</param>
    /// <param name="device">The network's.</param>
    /// <exception cref="ExperimentException">No training icon has a tag that is asked for, or held-out icons' tags are wanted and not known.</exception>
    public TagGuide(IconTags tags, int seed, AskedSpec sampler, Device device) =>
        (_tags, _scale, _asked, _device) = (tags, (sampler as ReverseSpec)?.Guidance ?? 1, tags.AskedBy(seed, sampler), device);

    /// <summary>How many tags there are.</summary>
    public int Tags => _tags.Names.Count;

    /// <summary>What icons are asked to be, [icons, 1 + <see cref="Tags"/>]; see <see cref="TagRows"/>.</summary>
    /// <param name="icons">Their numbers.</param>
    public Tensor Of(IEnumerable<int> icons)
    {
        using var scope = NewDisposeScope();
        return TagRows.Of(Tags, [.. icons.Select(_asked)], _device).MoveToOuterDisposeScope();
    }

    /// <summary>The same of icons that are all asked to be one thing.</summary>
    /// <param name="count">How many icons.</param>
    /// <param name="tags">Places among the tags.</param>
    public Tensor With(int count, IReadOnlyList<int> tags)
    {
        using var scope = NewDisposeScope();
        return TagRows.Of(Tags, [.. Enumerable.Repeat(tags, count)], _device).MoveToOuterDisposeScope();
    }

    /// <summary>The same of points between icons: a tag of one end counts the less the farther it is.</summary>
    public Tensor Between(IReadOnlyList<IconPoint> points)
    {
        using var scope = NewDisposeScope();
        var part = tensor(points.Select(point => (float)point.Part).ToArray(), device: _device).unsqueeze(1);
        return lerp(Of(points.Select(point => point.From)), Of(points.Select(point => point.To)), part).MoveToOuterDisposeScope();
    }

    /// <summary>The guided prediction.</summary>
    /// <param name="model">Knows these tags.</param>
    /// <param name="x">x_t, [N,C,H,W].</param>
    /// <param name="t">int64 [1].</param>
    /// <param name="rows">What the icons are asked to be.</param>
    /// <returns>[N,C,H,W].</returns>
    public Tensor Predict(Unet model, Tensor x, Tensor t, Tensor rows)
    {
        if (_scale == 0) return model.call(x, t);
        if (_scale == 1) return model.Predict(x, t, rows);
        using var scope = NewDisposeScope();
        var both = model.Predict(cat([x, x], 0), t, cat([rows, zeros_like(rows)], 0)).chunk(2, 0);
        return Guided(both[0], both[1], _scale).MoveToOuterDisposeScope();
    }

    /// <summary>p∅ + s·(p − p∅).</summary>
    internal static Tensor Guided(Tensor with, Tensor without, double scale) => without + (with - without) * scale;
}
