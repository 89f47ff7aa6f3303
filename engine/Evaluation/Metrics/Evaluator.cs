using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Evaluation.Metrics;

/// <summary>Scores; for each generated icon its nearest training icon; and the icons that a figure shows.</summary>
public sealed record EvaluationOutcome(Scores Scores, IReadOnlyList<NearestMatch> Nearest, BestIcons Best);

/// <summary>
/// The preprint's three figures between two sets of icons: generated against training icons, or, as in its Table 1, one
/// data set against another.
/// </summary>
/// <param name="extractor">The network behind FID.</param>
/// <param name="cache">Keeps the training set's features between runs; null: computed each time.</param>
public sealed class Evaluator(FeatureExtractor extractor, FeatureCache? cache = null)
{
    /// <summary>Scores <paramref name="generated"/> against <paramref name="training"/>.</summary>
    /// <param name="trainingFingerprint">Names the training set's pixels in the cache.</param>
    /// <param name="progress">Icons whose features are done, of both sets together.</param>
    /// <exception cref="ArgumentException">A set has fewer than two icons, or their sizes differ.</exception>
    public EvaluationOutcome Evaluate(
        IconPixels generated, IconPixels training, string trainingFingerprint,
        CancellationToken cancellationToken, IProgress<int>? progress = null) =>
        Evaluate(generated, rest => extractor.Extract(generated, cancellationToken, rest), training, trainingFingerprint, cancellationToken, progress);

    /// <summary>As the other, with the generated icons' features from elsewhere.</summary>
    /// <param name="features">Gives them, by this evaluator's extractor; told where to report the icons done.</param>
    public EvaluationOutcome Evaluate(
        IconPixels generated, Func<IProgress<int>?, FeatureStatistics> features, IconPixels training, string trainingFingerprint,
        CancellationToken cancellationToken, IProgress<int>? progress = null)
    {
        ThrowIfTooFew(generated, "generated", nameof(generated));
        ThrowIfTooFew(training, "training", nameof(training));

        // Pixels.
        var nearest = NearestNeighbour.Find(generated, training);
        var orMirrored = NearestNeighbour.OrMirrored(nearest, generated, training);

        // Features.
        var ofTraining = cache?.Load(trainingFingerprint, extractor.WeightsId, training.Count);
        if (ofTraining is null)
        {
            ofTraining = extractor.Extract(training, cancellationToken, progress);
            cache?.Save(trainingFingerprint, extractor.WeightsId, ofTraining);
        }
        var ofGenerated = features(progress is null ? null : new Offset(progress, training.Count));

        var scores = new Scores
        {
            Fid = FrechetDistance.Between(ofGenerated, ofTraining),
            Mae = nearest.Average(match => match.Distance),
            MaeMirrored = orMirrored.Average(match => match.Distance),
            GeneratedCount = generated.Count,
            TrainingCount = training.Count,
            Features = extractor.Label,
            NotComparable = [.. Reservations(generated, training)],
        };
        return new(scores, nearest, BestIcons.Choose(ofGenerated, ofTraining, orMirrored));
    }

    private IEnumerable<string> Reservations(IconPixels generated, IconPixels training)
    {
        if (extractor.Note is { } note) yield return note;
        // FID is biased upwards, the more the fewer the images, by more than models differ (Chong & Forsyth 2020).
        if (generated.Count != Preprint.GeneratedCount)
            yield return $"FID from {generated.Count} generated icons: the preprint's is from {Preprint.GeneratedCount}";
        if (training.Count != Preprint.TrainingCount)
            yield return $"FID from {training.Count} training icons: the preprint's is from {Preprint.TrainingCount}";
        if (training.ImageSize != Preprint.ImageSize)
            yield return $"icons of {training.ImageSize}×{training.ImageSize} px: the preprint's are {Preprint.ImageSize}×{Preprint.ImageSize}";
    }

    private static void ThrowIfTooFew(IconPixels icons, string which, string parameter)
    {
        if (icons.Count < 2)
            throw new ArgumentException($"Found {icons.Count} {which} icon{(icons.Count == 1 ? "" : "s")}; FID needs at least 2.", parameter);
    }

    private sealed class Offset(IProgress<int> progress, int before) : IProgress<int>
    {
        public void Report(int value) => progress.Report(before + value);
    }
}
