using IconDiffusion.Evaluation;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>Compares sets of icons: the preprint's figures, and those of the novelty report. Used by one thread at a time.</summary>
/// <param name="extractor">The network behind FID.</param>
/// <param name="cache">Keeps features of both sets.</param>
/// <param name="descriptor">A copy-detection network; null: none.</param>
public sealed class SetComparer(FeatureExtractor extractor, FeatureCache cache, DescriptorExtractor? descriptor = null)
{
    private readonly ReportFeatures _features = new(extractor.WeightsId, extractor.Extract, cache);

    /// <summary>The second set against the first.</summary>
    /// <param name="name">Of the pair.</param>
    /// <param name="progress">What is worked on, how many icons are done, of how many.</param>
    /// <param name="heldOut">Icons of the first set's kind; null: those that it sets aside itself, if any.</param>
    /// <exception cref="ArgumentException">A set has fewer than two icons, or their sizes differ.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ComparedIcons Compare(
        string name, ImageSet first, ImageSet second, EvaluationFigures figures, Action<string, int, int> progress, CancellationToken cancellation,
        ImageSet? heldOut = null)
    {
        var (firstPixels, secondPixels) = (first.Pixels, second.Pixels);
        var evaluation = new Evaluator(extractor, cache).Evaluate(
            secondPixels, rest => _features.Of(secondPixels, second.Dataset.Fingerprint, rest, cancellation), firstPixels, first.Dataset.Fingerprint, cancellation,
            new Reporter<int>(done => progress("features", done, firstPixels.Count + secondPixels.Count)));
        string[] notes = [.. Notes(first, second)];
        var scores = evaluation.Scores with { NotComparable = [.. evaluation.Scores.NotComparable, .. notes] };
        var novelty = figures == EvaluationFigures.Preprint ? null : new NoveltyReporter(extractor, cache, descriptor).Make(
            new()
            {
                Title = name,
                Training = first.Dataset.Training,
                TrainingFingerprint = first.Dataset.Fingerprint,
                Generated = secondPixels,
                Scores = scores,
                HeldOut = heldOut?.Pixels ?? first.Dataset.HeldOut?.Pixels,
                GeneratedFeatures = rest => _features.Of(secondPixels, second.Dataset.Fingerprint, rest, cancellation),
                Notes = [.. notes, .. new[] { first, second, heldOut }.SelectMany(set => set?.Warnings ?? []).Distinct()],
            },
            cancellation, (what, done, total) => progress($"novelty, {what}", done, total));
        return new(new(name, first.Compared, second.Compared, scores, novelty), secondPixels, first.Dataset.Training, evaluation.Nearest);
    }

    private static IEnumerable<string> Notes(ImageSet first, ImageSet second)
    {
        if (first.Resampled + second.Resampled is > 0 and var resampled)
            yield return $"{resampled} images resized or cropped to {first.Dataset.ImageSize}×{first.Dataset.ImageSize}: pytorch-fid takes them as they are";
        foreach (var set in new[] { first, second }.Where(set => set.Unreadable.Count > 0).DistinctBy(set => set.Name))
            yield return $"{set.Unreadable.Count} files of {set.Name} could not be read and were left out, such as {set.Unreadable[0].Name}";
    }
}
