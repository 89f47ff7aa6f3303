using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Patches;
using IconDiffusion.Imaging;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>The training icons with everything that sets of icons are measured against, worked out once for a report.</summary>
internal sealed class ReferenceSet
{
    private readonly NoveltySettings _settings;

    private readonly IconPixels _icons;

    private readonly int _maxShift;

    private readonly double[] _squares;

    private readonly FeatureStatistics? _descriptors;

    /// <param name="icons">Sorted.</param>
    /// <param name="features">By Inception, in their order.</param>
    /// <param name="descriptors">By a copy-detection network; null: there is none.</param>
    public ReferenceSet(IconPixels icons, FeatureStatistics features, FeatureStatistics? descriptors, NoveltySettings settings, CancellationToken cancellation)
    {
        (_icons, Features, _descriptors, _settings) = (icons, features, descriptors, settings);
        _maxShift = AlignedDistance.ShiftAt(icons.ImageSize, settings.MaxShift);
        _squares = DistanceTable.Squares(features);
        Pictures = new(icons);
        Bootstrap = new(settings.Bootstrap, settings.Seed);
        Manifold = new(features, settings.Neighbours);
        Fid = new(features, Bootstrap, settings.Seed);

        var standing = Pictures.AreAllDifferent ? icons : SortedIcons.Subset(icons, Pictures.Standing);
        var aligned = AlignedDistance.LeaveOneOut(standing, _maxShift, cancellation);
        Rule = CopyRule.Calibrate(aligned, settings.CopyQuantile);
        Calibration[DistanceSpace.Pixel] = TableMatches.LeaveOneOut(DistanceTable.Pixels(icons, icons), Pictures.Standing);
        Calibration[DistanceSpace.Aligned] = aligned.Length < 2 ? [] : Array.ConvertAll(aligned, match => match.Distance);
        Calibration[DistanceSpace.Feature] = TableMatches.LeaveOneOut(Cosines(features, features), Pictures.Standing);
        if (descriptors is not null)
            Calibration[DistanceSpace.Descriptor] = TableMatches.LeaveOneOut(Cosines(descriptors, descriptors), Pictures.Standing);
    }

    public int Count => _icons.Count;

    public FeatureStatistics Features { get; }

    public TrainingPictures Pictures { get; }

    public CopyRule Rule { get; }

    public Bootstrap Bootstrap { get; }

    public Manifold Manifold { get; }

    public FidFigures Fid { get; }

    /// <summary>Leave-one-out distance of each picture; empty: there is but one.</summary>
    public SortedDictionary<DistanceSpace, double[]> Calibration { get; } = [];

    /// <summary>Measures a set.</summary>
    /// <param name="progress">Icons whose aligned distance is done.</param>
    /// <param name="withSources">Whether the sources of patches are looked for.</param>
    public SetMeasures Measure(
        IconPixels icons, FeatureStatistics features, FeatureStatistics? descriptors, IProgress<int>? progress, CancellationToken cancellation,
        bool withSources = true)
    {
        var products = DistanceTable.Products(features, Features);
        var matches = new SortedDictionary<DistanceSpace, AlignedMatch[]>
        {
            [DistanceSpace.Pixel] = TableMatches.Find(DistanceTable.Pixels(icons, _icons), Pictures.Groups),
            [DistanceSpace.Aligned] = Align(icons, progress, cancellation),
            [DistanceSpace.Feature] = TableMatches.Find(DistanceTable.Cosines(products, DistanceTable.Squares(features), _squares), Pictures.Groups),
        };
        if (_descriptors is not null && descriptors is not null)
            matches[DistanceSpace.Descriptor] = TableMatches.Find(Cosines(descriptors, _descriptors), Pictures.Groups);
        var sources = withSources ? ChimeraMap.Find(icons, _icons, _maxShift, cancellation) : [];
        return new(icons.Count, features, products, matches, sources);
    }

    // The second nearest must be another picture than the nearest. Where icons repeat, pictures are searched once more, each by the
    // one icon that stands for it.
    private AlignedMatch[] Align(IconPixels icons, IProgress<int>? progress, CancellationToken cancellation)
    {
        var nearest = AlignedDistance.Find(icons, _icons, _maxShift, cancellation, progress);
        if (Pictures.AreAllDifferent) return nearest;
        var standing = AlignedDistance.Find(icons, SortedIcons.Subset(_icons, Pictures.Standing), _maxShift, cancellation);
        return [.. nearest.Zip(standing, (match, picture) =>
            match with { Second = Pictures.Groups[match.Index] == picture.Index ? picture.Second : picture.Distance })];
    }

    private static DistanceTable Cosines(FeatureStatistics a, FeatureStatistics b) =>
        DistanceTable.Cosines(DistanceTable.Products(a, b), DistanceTable.Squares(a), DistanceTable.Squares(b));
}
