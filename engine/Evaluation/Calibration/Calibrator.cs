using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Calibration;

/// <summary>What a calibration is made from. All icons have one size.</summary>
/// <param name="Name">Of the set.</param>
/// <param name="Fingerprint">Names its pixels.</param>
/// <param name="Icons">Real icons by one artist: some of them play the training set, the others the new icons.</param>
/// <param name="OtherName">Of another artist's set; null: none.</param>
/// <param name="Other">Its icons; null: none.</param>
public sealed record CalibrationInput(
    string Name, string Fingerprint, IconPixels Icons, string? OtherName, IconPixels? Other, CalibrationSettings Settings);

/// <summary>
/// Measures how figures answer to known disturbances of real icons. The training icons are drawn once. Sets of new icons are drawn
/// from the rest without repetition, again for every repeat, the same icons at every strength, so that strengths differ in the
/// disturbance alone. A disturbed icon is made, and its features are extracted, once.
/// </summary>
/// <param name="label">The network's, as results have it.</param>
/// <param name="extract">Features of icons by that network.</param>
public sealed class Calibrator(string label, Func<IconPixels, IProgress<int>?, CancellationToken, FeatureStatistics> extract)
{
    /// <summary>Fewest icons that are worth the trouble.</summary>
    public const int FewestIcons = 24;

    /// <summary>The figures that are measured: those of the catalogue that a run's report rests on, but for the patches' sources and descriptors.</summary>
    public static EquatableList<string> Keys { get; } =
    [
        "fid", "fid-infinity", "kid", "mifid", "precision", "recall", "density", "coverage", "feature-similarity-mean", "nn-percentile-feature", "ct-feature",
        "authpct-feature", "mae", "mae-aligned", "nn-percentile-aligned", "ct-aligned", "authpct-aligned", "gap-aligned", "copies", "nwi",
    ];

    private static readonly double[] Shares = [0.02, 0.05, 0.1, 0.25, 0.5, 1];

    /// <summary>The strengths of each disturbance.</summary>
    public static IReadOnlyDictionary<Disturbance, double[]> Strengths { get; } = new Dictionary<Disturbance, double[]>
    {
        [Disturbance.Blur] = [0.005, 0.01, 0.02, 0.04],
        [Disturbance.Noise] = [4, 8, 16, 32],
        [Disturbance.Erasure] = [0.125, 0.25, 0.375, 0.5],
        [Disturbance.Collapse] = Shares,
        [Disturbance.Copying] = Shares,
        [Disturbance.Mixing] = Shares,
    };

    /// <summary>Makes one.</summary>
    /// <param name="progress">Told what is being done, and how much of how much is done.</param>
    /// <exception cref="ArgumentException">There are fewer than <see cref="FewestIcons"/> icons, or sizes differ.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public CalibrationResult Make(CalibrationInput input, DateTimeOffset now, CancellationToken cancellation, Action<string, int, int>? progress = null)
    {
        var icons = input.Icons;
        if (icons.Count < FewestIcons) throw new ArgumentException($"{input.Name} has {icons.Count} icons; a calibration needs at least {FewestIcons}.");
        if (input.Other is { } other && other.ImageSize != icons.ImageSize)
            throw new ArgumentException($"The icons of {input.OtherName} are {other.ImageSize} px wide, those of {input.Name} {icons.ImageSize} px; they can only be compared at one size.");
        var settings = Possible(input.Settings, icons.Count);

        // The training icons, and the rest.
        var order = RandomStreams.Subset(icons.Count, icons.Count, settings.Seed, RandomStreams.Calibration, 0);
        var training = SortedIcons.Subset(icons, order[..settings.TrainingCount]);
        var rest = SortedIcons.Subset(icons, order[settings.TrainingCount..]);
        var pools = Pools(training, rest, input.Other, settings.Seed);

        // Everything that is known of single icons.
        var total = pools.Sum(pool => pool.Icons.Count);
        var (done, features) = (0, new List<FeatureStatistics>());
        foreach (var pool in pools)
        {
            features.Add(extract(pool.Icons, new Reporter<int>(more => progress?.Invoke("features", done + more, total)), cancellation));
            done += pool.Icons.Count;
        }
        var novelty = new NoveltySettings { Bootstrap = 0, Seed = settings.Seed };
        var reference = new ReferenceSet(training, features[0], null, novelty, cancellation);
        var measures = new List<SetMeasures>();
        done = 0;
        foreach (var (pool, of) in pools.Zip(features))
        {
            measures.Add(reference.Measure(pool.Icons, of, null, new Reporter<int>(more => progress?.Invoke("nearest training icons", done + more, total)), cancellation, withSources: false));
            done += pool.Icons.Count;
        }

        // Sets.
        var draws = new CalibrationDraws(pools.Select(pool => (pool.Disturbance, pool.Strength, pool.Icons.Count)), settings);
        var conditions = Conditions(input.Other is not null).ToList();
        var sets = settings.Sizes.Count * conditions.Count * settings.Repeats;
        var values = new Dictionary<(int Size, Disturbance? Disturbance, double Strength), List<EquatableList<Figure>>>();
        done = 0;
        var all = SetMeasures.Join(measures);
        foreach (var size in settings.Sizes)
            foreach (var (disturbance, strength) in conditions)
            {
                var figures = values[(size, disturbance, strength)] = [];
                for (var repeat = 0; repeat < settings.Repeats; repeat++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var (which, heldOut) = draws.Of(size, disturbance, strength, repeat);
                    figures.Add(RowFigures.Of(all.Pick(which), reference, all.Pick(heldOut), novelty));
                    progress?.Invoke("sets", ++done, sets);
                }
            }

        return new()
        {
            Training = input.Name,
            Other = input.OtherName,
            Fingerprint = input.Fingerprint,
            Features = label,
            ImageSize = icons.ImageSize,
            Count = icons.Count,
            Settings = settings,
            MadeAt = now,
            Responses = [.. Responses(values, settings, rest.Count)],
        };
    }

    private static CalibrationSettings Possible(CalibrationSettings settings, int count)
    {
        var training = Math.Min(settings.TrainingCount, count / 3);
        var rest = count - training;
        return settings with
        {
            TrainingCount = training,
            HeldOutCount = Math.Min(settings.HeldOutCount, rest / 6),
            Sizes = [.. settings.Sizes.Select(size => Math.Min(size, rest / 2)).Distinct().Order()],
        };
    }

    // The training icons, the rest as they are, the rest under each strength of what is done to icons, the other artist's.
    private static List<(Disturbance? Disturbance, double Strength, IconPixels Icons)> Pools(IconPixels training, IconPixels rest, IconPixels? other, long seed)
    {
        var side = rest.ImageSize;
        return
        [
            (Disturbance.Copying, 0, training),
            (null, 0, rest),
            .. Strengths[Disturbance.Blur].Select(strength => ((Disturbance?)Disturbance.Blur, strength, Disturbed.Blurred(rest, strength * side))),
            .. Strengths[Disturbance.Noise].Select(strength => ((Disturbance?)Disturbance.Noise, strength, Disturbed.Noisy(rest, strength, seed))),
            .. Strengths[Disturbance.Erasure].Select(strength => ((Disturbance?)Disturbance.Erasure, strength, Disturbed.Erased(rest, (int)Math.Round(strength * side), seed))),
            .. other is null ? [] : new[] { ((Disturbance?)Disturbance.Mixing, 0.0, other) },
        ];
    }

    private static IEnumerable<(Disturbance? Disturbance, double Strength)> Conditions(bool withOther) =>
        Strengths.Where(each => withOther || each.Key != Disturbance.Mixing)
            .SelectMany(each => each.Value.Select(strength => ((Disturbance?)each.Key, strength))).Prepend((null, 0));

    private static IEnumerable<FigureResponse> Responses(
        Dictionary<(int Size, Disturbance? Disturbance, double Strength), List<EquatableList<Figure>>> values, CalibrationSettings settings, int rest)
    {
        foreach (var key in Keys)
            foreach (var disturbance in values.Keys.Select(each => each.Disturbance).OfType<Disturbance>().Distinct())
                foreach (var size in settings.Sizes)
                {
                    // Sets drawn from a finite pool share icons and scatter less than sets of new icons would.
                    var widening = 1 / Math.Sqrt(1 - ((double)size / rest));
                    var none = Of(key, (size, null, 0));
                    // Where a figure can't be computed, it has no point: MiFID of copies alone divides by nothing.
                    var points = Strengths[disturbance].Select(strength => (Strength: strength, Values: Of(key, (size, disturbance, strength))))
                        .Prepend((Strength: 0, Values: none)).Where(each => each.Values.Length > 0).Select(each => Point(each.Strength, each.Values, widening)).ToList();
                    if (none.Length > 0 && points.Count > 1)
                        yield return FigureResponse.Of(key, disturbance, size, [.. points], widening * (SampleDeviation.Of(none) ?? 0));
                }

        double[] Of(string key, (int, Disturbance?, double) condition) =>
            [.. values[condition].Select(figures => figures.FirstOrDefault(figure => figure.Key == key)?.Value).OfType<double>()];
    }

    private static ResponsePoint Point(double strength, double[] values, double widening)
    {
        var mean = values.Average();
        var sorted = values.Order().ToArray();
        return new(strength, Short(mean), Short(mean - (widening * (mean - Bootstrap.Quantile(sorted, 0.025)))), Short(mean + (widening * (Bootstrap.Quantile(sorted, 0.975) - mean))));
    }

    // Six digits: a result of a thousand points stays a small file.
    private static double Short(double value) => double.Parse(value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
