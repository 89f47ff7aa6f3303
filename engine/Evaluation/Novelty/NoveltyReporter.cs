using System.Collections.Immutable;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>
/// Makes novelty reports: generated icons and controls whose answer is known go through the same code, against the same training icons.
/// A report depends on the icons, the settings and the network alone: not on threads or batches, and, but for the order of its lists,
/// not on the order of the icons.
/// </summary>
/// <param name="extractor">The network behind FID.</param>
/// <param name="cache">Keeps the features of the training icons, of held-out ones and of controls between reports; null: extracted each time.</param>
/// <param name="descriptor">A copy-detection network for a space of its own; null: none.</param>
public sealed class NoveltyReporter(FeatureExtractor extractor, FeatureCache? cache = null, DescriptorExtractor? descriptor = null)
{
    /// <summary>What progress names, in this order.</summary>
    public static ImmutableArray<string> Stages { get; } = ["features", "descriptors", "distances", "figures"];

    // Training icons that are changed into controls, of larger sets a random part: 200 of 200 found leave at most 1.5 % unfound (95 %).
    private const int MostChanged = 200;

    private readonly ReportFeatures _features = new(extractor.WeightsId, extractor.Extract, cache);

    private readonly ReportFeatures? _descriptors = descriptor is null ? null : new(descriptor.WeightsId, descriptor.Extract, cache);

    /// <summary>Makes one.</summary>
    /// <param name="progress">Told what is being done, and how many of how many icons are done; on any thread, one at a time.</param>
    /// <exception cref="ArgumentException">A set is empty, or sizes, counts or settings are not as they must be.</exception>
    /// <exception cref="IOException">Features can't be kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public NoveltyReport Make(NoveltyInput input, CancellationToken cancellation, Action<string, int, int>? progress = null)
    {
        input.Validate();
        var settings = input.Settings;
        var training = SortedIcons.Of(input.Training.Pixels);
        var heldOut = input.HeldOut is { Count: > 0 } icons ? SortedIcons.Of(icons) : null;
        List<(SetKind Kind, SortedIcons Icons)> sets = [(SetKind.Generated, SortedIcons.Of(input.Generated)), .. ControlSets(training, heldOut, settings)];
        var total = sets.Sum(set => set.Icons.Icons.Count);

        // Features. Those of the training icons are the copycat's.
        var counter = new StageProgress(progress, Stages[0], total);
        var features = sets.Select(set => set.Kind switch
        {
            SetKind.Generated => set.Icons.Sort(counter.Next(set.Icons.Icons.Count, report =>
                input.GeneratedFeatures is { } given ? given(report) : extractor.Extract(input.Generated, cancellation, report))),
            SetKind.Copycat => training.Sort(counter.Next(training.Icons.Count, report =>
                _features.Of(input.Training.Pixels, input.TrainingFingerprint, report, cancellation))),
            _ => counter.Next(set.Icons.Icons.Count, report => _features.Of(set.Icons.Icons, null, report, cancellation)),
        }).ToList();
        counter = new StageProgress(progress, Stages[1], total);
        var descriptors = sets.Select(set => _descriptors is null ? null : counter.Next(set.Icons.Icons.Count, report =>
            set.Kind == SetKind.Generated ? descriptor!.Extract(set.Icons.Icons, cancellation, report) : _descriptors.Of(set.Icons.Icons, null, report, cancellation))).ToList();

        // How every set lies to the training icons.
        var copycat = sets.FindIndex(set => set.Kind == SetKind.Copycat);
        var reference = new ReferenceSet(training.Icons, features[copycat], descriptors[copycat], settings, cancellation);
        counter = new StageProgress(progress, Stages[2], total);
        var measures = sets.Select((set, i) => counter.Next(set.Icons.Icons.Count, report =>
            reference.Measure(set.Icons.Icons, features[i], descriptors[i], report, cancellation))).ToList();

        // Figures.
        var rows = new List<NoveltyRow>();
        var ofHeldOut = heldOut is null ? null : measures[sets.FindIndex(set => set.Kind == SetKind.HeldOut)];
        counter = new StageProgress(progress, Stages[3], total);
        foreach (var (set, measure) in sets.Zip(measures))
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(counter.Next(measure.Count, _ => Row(set.Kind, set.Icons, measure, RowFigures.Of(measure, reference, ofHeldOut, settings, set.Kind == SetKind.Generated ? input.Scores : null), reference)));
        }

        var entries = new IconEntries(input, training, reference).Of(sets[0].Icons, measures[0]);
        return new()
        {
            Title = input.Title,
            Settings = settings,
            TrainingCount = input.Training.Count,
            GeneratedCount = input.Generated.Count,
            HeldOutCount = input.HeldOut?.Count ?? 0,
            ImageSize = input.Training.Pixels.ImageSize,
            Features = extractor.Label,
            Verdict = VerdictWords.Of(rows, reference, settings.CopyQuantile),
            Rows = [.. rows],
            Calibration = [.. reference.Calibration.Select(each => new SpaceDistances(each.Key, [.. each.Value]))],
            Icons = [.. entries],
            Duplicates = [.. Duplicates(training, reference, entries)],
            Notes = [.. Notes(input, reference)],
        };
    }

    // Copies first, those that are none last.
    private static IEnumerable<(SetKind Kind, SortedIcons Icons)> ControlSets(SortedIcons training, SortedIcons? heldOut, NoveltySettings settings)
    {
        var maxShift = Math.Max(1, AlignedDistance.ShiftAt(training.Icons.ImageSize, settings.MaxShift));
        var some = training.First(MostChanged);
        yield return (SetKind.Copycat, training);
        yield return (SetKind.Shifted, some.With(Controls.Shifted(some.Icons, maxShift, settings.Seed)));
        yield return (SetKind.Mirrored, some.With(some.Icons.Mirrored()));
        yield return (SetKind.Recoloured, some.With(Controls.Recoloured(some.Icons, settings.Seed)));
        if (heldOut is not null) yield return (SetKind.HeldOut, heldOut);
        yield return (SetKind.Noise, some.With(Controls.Noise(some.Icons.Count, some.Icons.ImageSize, settings.Seed)));
    }

    private static NoveltyRow Row(SetKind kind, SortedIcons icons, SetMeasures measures, EquatableList<Figure> figures, ReferenceSet reference) => new(
        kind, kind != SetKind.Generated, measures.Count,
        measures.Distances(DistanceSpace.Aligned).Count(reference.Rule.IsCopy), figures,
        [.. measures.Matches.Keys.Select(space => new SpaceDistances(space, [.. icons.Restore(measures.Distances(space))]))]);

    // Groups of two and more, by their first icon as it came.
    private static IEnumerable<TrainingDuplicates> Duplicates(SortedIcons training, ReferenceSet reference, IReadOnlyList<IconNovelty> icons)
    {
        var groups = training.Restore(reference.Pictures.Groups);
        var copies = icons.Where(icon => icon.IsCopy)
            .GroupBy(icon => groups[icon.Nearest.First(nearest => nearest.Space == DistanceSpace.Aligned).Index])
            .ToDictionary(each => each.Key, each => each.Count());
        return Enumerable.Range(0, groups.Length).GroupBy(i => groups[i]).Where(group => group.Count() > 1)
            .Select(group => new TrainingDuplicates([.. group], copies.GetValueOrDefault(group.Key)));
    }

    private IEnumerable<string> Notes(NoveltyInput input, ReferenceSet reference)
    {
        var (n, m) = (input.Generated.Count, input.Training.Count);
        if (extractor.Note is { } reservation) yield return reservation;
        if (n != m) yield return $"FID, KID and recall are of {n} generated against {m} training icons; the controls have other counts, and FID falls with them: compare it with its floor only beside (n, m)";
        if (input.HeldOut is not { Count: > 0 })
            yield return "no icons were held out, so C_T is missing and nothing shows what the rule says of new icons by the same hand";
        if (reference.Pictures.Standing.Length is var pictures && pictures < m)
            yield return $"{m} training icons are {pictures} pictures; distances between training icons are between pictures";
        foreach (var note in input.Notes) yield return note;
    }
}
