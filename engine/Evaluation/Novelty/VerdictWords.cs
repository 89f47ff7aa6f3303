using System.Globalization;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>The report's answer in sentences.</summary>
internal static class VerdictWords
{
    // What the rule is held to: it sees copies, and leaves new icons of the same hand alone.
    private const double FewestOfCopies = 0.99;

    private const double MostOfOthers = 0.02;

    /// <param name="rows">The generated icons first.</param>
    public static CopyVerdict Of(IReadOnlyList<NoveltyRow> rows, ReferenceSet training, double quantile)
    {
        var (generated, threshold) = (rows[0], training.Rule.Threshold);
        var closer = (100 * (1 - quantile)).ToString("0.##", CultureInfo.InvariantCulture);
        var rule = training.Calibration[DistanceSpace.Aligned].Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"on the only training picture (aligned distance of at most {threshold:0.00} of 255)")
            : string.Create(CultureInfo.InvariantCulture, $"closer to one training icon than {closer} % of training icons lie to each other (aligned distance below {threshold:0.00} of 255)");
        var sentence = $"Of {generated.Count} icon{(generated.Count == 1 ? "" : "s")}, {generated.Copies} {(generated.Copies == 1 ? "lies" : "lie")} {rule}.";
        string[] expected = training.Rule.FalseAlarms == 0 ? []
            : [string.Create(CultureInfo.InvariantCulture, $"By chance alone, the rule is expected to call about {100 * training.Rule.FalseAlarms:0.0} % of new icons by the same hand copies.")];
        return new(sentence, generated.Copies, generated.Count, threshold, [.. Checks([.. rows.Skip(1)]), .. expected]);
    }

    private static IEnumerable<string> Checks(IReadOnlyList<NoveltyRow> controls)
    {
        var copies = controls.Where(row => ControlNames.AreCopies(row.Name)).ToList();
        var others = controls.Where(row => !ControlNames.AreCopies(row.Name)).ToList();
        foreach (var row in controls) yield return $"The same rule calls {row.Copies} of {row.Count} {ControlNames.Plural(row.Name)} copies.";
        foreach (var row in copies.Where(row => row.Copies < FewestOfCopies * row.Count))
            yield return $"Warning: the rule misses {row.Count - row.Copies} of {row.Count} {ControlNames.Plural(row.Name)}, so it may miss such copies among the generated icons as well.";
        // One icon of a few is no evidence against the rule.
        foreach (var row in others.Where(row => row.Copies > Math.Max(1, MostOfOthers * row.Count)))
            yield return $"Warning: the rule calls {row.Copies} of {row.Count} {ControlNames.Plural(row.Name)} copies, which they are not, so it may wrong generated icons as well.";
    }
}
