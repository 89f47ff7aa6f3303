using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Window;

/// <summary>
/// Measures icons that a network draws while it is trained, by the code and the rule of the novelty report. What training and held-out icons are measured against
/// is worked out once.
/// </summary>
public sealed class LookMeter : IDisposable
{
    private static readonly NoveltySettings Settings = new();

    // A look is a point of a curve: its figures need no resamples.
    private static readonly Bootstrap NoResamples = new(0, Settings.Seed);

    private readonly FeatureExtractor _extractor;
    private readonly ReferenceSet _reference;
    private readonly SortedIcons _training;
    private readonly FeatureStatistics? _heldOut;

    /// <param name="training">At least two icons.</param>
    /// <param name="fingerprint">Names their pixels in the cache.</param>
    /// <param name="heldOut">Icons of the same source that are not trained on; null: none.</param>
    /// <param name="extractor">The network that the run is scored with; freed along with this.</param>
    /// <param name="cache">Keeps the features of real icons.</param>
    public LookMeter(IconPixels training, string fingerprint, IconPixels? heldOut, FeatureExtractor extractor, FeatureCache cache)
    {
        _extractor = extractor;
        var features = new ReportFeatures(extractor.WeightsId, extractor.Extract, cache);
        _training = SortedIcons.Of(training);
        _reference = new(_training.Icons, _training.Sort(features.Of(training, fingerprint, null, CancellationToken.None)), null, Settings, CancellationToken.None);
        var distances = _reference.Calibration[DistanceSpace.Aligned];
        Chance = new(distances.Length, distances.Count(distance => distance <= _reference.Rule.Threshold), 0, 0);
        if (heldOut is not { Count: > 0 }) return;
        var aside = SortedIcons.Of(heldOut);
        _heldOut = features.Of(aside.Icons, null, null, CancellationToken.None);
        var nearest = _reference.Measure(aside.Icons, _heldOut, null, null, CancellationToken.None, withSources: false).Distances(DistanceSpace.Aligned);
        Chance = Chance with { HeldOut = heldOut.Count, HeldOutCopies = nearest.Count(_reference.Rule.IsCopy) };
    }

    /// <summary>What the rule calls copies by chance.</summary>
    public CopyChance Chance { get; }

    /// <summary>Measures what one look drew.</summary>
    /// <param name="step">Optimiser steps done.</param>
    /// <param name="seconds">Seconds worked.</param>
    /// <param name="icons">At least two.</param>
    /// <param name="signs">The method's own.</param>
    /// <returns>All but what the look has cost, and how each icon lies.</returns>
    /// <exception cref="ArgumentException">The network finds no finite features in an icon.</exception>
    public (WindowPoint Point, IReadOnlyList<LookedAt> Icons) Measure(long step, double seconds, IconPixels icons, IReadOnlyList<EarlySign> signs)
    {
        var features = _extractor.Extract(icons, CancellationToken.None);
        var measures = _reference.Measure(icons, features, null, null, CancellationToken.None, withSources: false);
        var distances = measures.Distances(DistanceSpace.Aligned);
        var figures = new CopyTests(DistanceSpace.Aligned, _reference.Calibration[DistanceSpace.Aligned], _reference.Pictures.Groups, null, NoResamples)
            .Figures(measures.Matches[DistanceSpace.Aligned]).ToDictionary(figure => figure.Key, figure => figure.Value);
        var point = new WindowPoint
        {
            Step = step,
            Seconds = seconds,
            Cost = 0,
            Signs = [.. signs],
            Icons = icons.Count,
            Copies = distances.Count(_reference.Rule.IsCopy),
            Chance = Chance,
            Gap = figures["gap-aligned"],
            Percentile = figures["nn-percentile-aligned"],
            NearestDistance = distances.Average(),
            Features = _extractor.Label,
            Training = Distance(features, _reference.Features),
            HeldOut = _heldOut is { Count: > 1 } ? Distance(features, _heldOut) : null,
        };
        return (point, [.. measures.Matches[DistanceSpace.Aligned].Select(match =>
            new LookedAt(_training.Original(match.Index), match.Distance, match.Mirrored, _reference.Rule.IsCopy(match.Distance)))]);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _extractor.Dispose();

    private static SetDistance Distance(FeatureStatistics icons, FeatureStatistics real) =>
        new(real.Count, FrechetDistance.Between(icons, real), Kid.Of(icons, real, Settings.Seed).Value!.Value);
}

/// <summary>How an icon of a look lies to the training icons.</summary>
/// <param name="Nearest">Index of its nearest training icon, by aligned distance.</param>
/// <param name="Distance">To that, 0…255.</param>
/// <param name="IsMirrored">Whether it is nearest to the mirrored one.</param>
/// <param name="IsCopy">By the rule of copies.</param>
public readonly record struct LookedAt(int Nearest, double Distance, bool IsMirrored, bool IsCopy);
