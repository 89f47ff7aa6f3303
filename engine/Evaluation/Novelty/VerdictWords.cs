using System.Globalization;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>The report's answer in sentences.</summary>
internal static class VerdictWords
{
    /// <param name="rows">The generated icons first.</param>
    public static CopyVerdict Of(IReadOnlyList<NoveltyRow> rows, ReferenceSet training, double quantile)
    {
        var (generated, threshold) = (rows[0], training.Rule.Threshold);
        var closer = (100 * (1 - quantile)).ToString("0.##", CultureInfo.InvariantCulture);
        var rule = training.Calibration[DistanceSpace.Aligned].Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"on the only training picture (aligned distance of at most {threshold:0.00} of 255)")
            : string.Create(CultureInfo.InvariantCulture, $"closer to one training icon than {closer} % of training icons lie to each other (aligned distance below {threshold:0.00} of 255)");
        var sentence = $"{CopyVerdict.Heading(generated.Copies)}: {generated.Copies} of {generated.Count} icon{(generated.Count == 1 ? " lies" : "s lie")} {rule}.";
        return new(sentence, generated.Copies, generated.Count, threshold,
            [.. RuleCheck.Of(rows, threshold, training.Calibration[DistanceSpace.Aligned]).Select(check => check.Sentence)]);
    }
}
