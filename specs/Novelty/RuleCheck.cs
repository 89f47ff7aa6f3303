using System.Globalization;

namespace IconDiffusion.Specs.Novelty;

/// <summary>What a check of the verdict's rule has found.</summary>
public enum RuleFinding
{
    /// <summary>How many icons of a control the rule calls copies.</summary>
    Counted,

    /// <summary>The rule misses copies of a kind that it ought to see.</summary>
    MissesCopies,

    /// <summary>The rule calls icons copies that are none.</summary>
    WrongsOthers,

    /// <summary>How many new icons by the same hand the rule is expected to call copies by chance.</summary>
    ByChance,
}

/// <summary>One check of the verdict's rule.</summary>
/// <param name="Control">Whose icons were counted; null: no control's.</param>
/// <param name="Copies">How many of them the rule calls copies.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Share">The expected share (0…1) of <see cref="RuleFinding.ByChance"/>.</param>
public sealed record RuleCheck(RuleFinding Finding, SetKind? Control, int Copies, int Count, double Share = 0)
{
    // What the rule is held to: it sees copies, and leaves new icons of the same hand alone.
    private const double FewestOfCopies = 0.99;

    private const double MostOfOthers = 0.02;

    /// <summary>Whether the verdict is not to be trusted.</summary>
    public bool IsWarning => Finding is RuleFinding.MissesCopies or RuleFinding.WrongsOthers;

    /// <summary>The check in English.</summary>
    public string Sentence => Finding switch
    {
        RuleFinding.Counted when Control!.Value.AreCopies() => $"Of {Count} {Control.Value.Plural()}, {Copies} were found.",
        RuleFinding.Counted => $"Of {Count} {Control!.Value.Plural()}, {Copies} {(Copies == 1 ? "is" : "are")} called copies by the same rule.",
        RuleFinding.MissesCopies => $"Warning: the rule misses {Count - Copies} of {Count} {Control!.Value.Plural()}, so it may miss such copies among the generated icons as well.",
        RuleFinding.WrongsOthers => $"Warning: the rule calls {Copies} of {Count} {Control!.Value.Plural()} copies, which they are not, so it may wrong generated icons as well.",
        RuleFinding.ByChance => string.Create(CultureInfo.InvariantCulture, $"By chance alone, the rule is expected to call about {100 * Share:0.0} % of new icons by the same hand copies."),
        _ => throw new InvalidOperationException($"There is no sentence for {Finding}."),
    };

    /// <summary>What a report's rule says of its own controls.</summary>
    public static EquatableList<RuleCheck> Of(NoveltyReport report) => Of(
        report.Rows, report.Verdict.Threshold, report.Calibration.FirstOrDefault(each => each.Space == DistanceSpace.Aligned)?.Values ?? []);

    /// <summary>The same from what a report is made of.</summary>
    /// <param name="rows">Of the generated icons and the controls.</param>
    /// <param name="threshold">The aligned distance below which an icon counts as a copy.</param>
    /// <param name="calibration">Aligned distance of each training picture to its nearest other one.</param>
    public static EquatableList<RuleCheck> Of(IEnumerable<NoveltyRow> rows, double threshold, IReadOnlyCollection<double> calibration)
    {
        NoveltyRow[] controls = [.. rows.Where(row => row.IsControl)];
        return
        [
            .. Make(RuleFinding.Counted, _ => true),
            .. Make(RuleFinding.MissesCopies, row => row.Kind.AreCopies() && row.Copies < FewestOfCopies * row.Count),
            // One icon of a few is no evidence against the rule.
            .. Make(RuleFinding.WrongsOthers, row => !row.Kind.AreCopies() && row.Copies > Math.Max(1, MostOfOthers * row.Count)),
            // A new icon is as likely as any training icon to be among the closest.
            .. calibration.Count == 0 ? [] : new[] { new RuleCheck(RuleFinding.ByChance, null, 0, 0, calibration.Count(distance => distance <= threshold) / (calibration.Count + 1.0)) },
        ];

        IEnumerable<RuleCheck> Make(RuleFinding finding, Func<NoveltyRow, bool> which) =>
            controls.Where(which).Select(row => new RuleCheck(finding, row.Kind, row.Copies, row.Count));
    }
}
