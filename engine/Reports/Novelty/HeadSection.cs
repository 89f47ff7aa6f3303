using System.Text;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>The answer before anything else: the verdict, what the same rule says of known copies and known originals, what was trained on.</summary>
internal static class HeadSection
{
    public static void Write(StringBuilder html, PageParts page, string title)
    {
        var answer = AnswerOf(page.Sets);
        html.Append($"<header id=\"verdict\">\n<p class=\"kicker\">{Text(title)} · novelty report · {Text(Models(page.Sets))}</p>\n<h1>{(answer is null ? Headline(Sentence(page.Sets)) : Text(answer.Sentence))}</h1>\n");
        if (answer is not null) html.Append($"<p class=\"sentence\">{Headline(Sentence(page.Sets))}</p>\n");
        html.Append("<div class=\"head\"><div>\n");
        if (answer is { Advice.Count: > 0 })
        {
            html.Append("<h2>What would help</h2>\n<ul>");
            foreach (var advice in answer.Advice) html.Append($"<li>{Text(advice)}</li>");
            html.Append("</ul>\n");
        }
        html.Append("<h2>Share called copies, by the same rule</h2>\n");
        html.Append(ShareBars.Draw("Share of each set's icons that the rule calls copies", [.. page.Sets.SelectMany(set => Bars(page, set)), .. Controls(page.Sets)]));
        html.Append("<p class=\"note\">The controls are icons whose answer is known: they go through the same code as the generated ones. " +
            "Thin lines: 95 % bootstrap intervals over icons.</p>\n");
        html.Append("<h2>What was trained on what</h2>\n<ul>");
        foreach (var line in page.Sets.GroupBy(Trained)) html.Append($"<li>{(page.Sets.Count == 1 ? "" : $"{line.Count()} {(line.Count() == 1 ? "set" : "sets")}: ")}{Text(line.Key)}</li>");
        html.Append("</ul>\n");
        html.Append("</div>\n<div>\n");

        html.Append("<h2>Is the rule to be trusted?</h2>\n<ul class=\"checks\">");
        (RuleFinding Finding, bool IsWarning, string Sentence)[] checks = [.. Checks(page.Sets)];
        var passed = !checks.Any(check => check.IsWarning);  // where one control comes out wrong, no line gets a tick
        foreach (var check in checks)
            html.Append($"<li class=\"{(check.IsWarning ? "warning" : passed && check.Finding == RuleFinding.Counted ? "passed" : "plain")}\">{Text(check.Sentence)}</li>");
        html.Append("</ul>\n");
        string[] notes = [.. page.Sets.SelectMany(set => set.Novelty.Notes.Concat(set.Run?.Scores.NotComparable ?? [])).Distinct()];
        if (notes.Length > 0)
        {
            html.Append("<h2>What limits the comparison</h2>\n<ul class=\"notes\">");
            foreach (var note in notes) html.Append($"<li>{Text(note)}</li>");
            html.Append("</ul>\n");
        }
        html.Append("</div></div>\n</header>\n");
    }

    /// <summary>One set's own sentence, or the same rule counted over all sets.</summary>
    internal static string Sentence(IReadOnlyList<ReportedSet> sets)
    {
        if (sets.Count == 1) return sets[0].Novelty.Verdict.Sentence;
        var (copies, count) = (sets.Sum(set => set.Novelty.Verdict.Copies), sets.Sum(set => set.Novelty.Verdict.Count));
        var part = FigureText.Share(1 - sets[0].Novelty.Settings.CopyQuantile);
        return $"{CopyVerdict.Heading(copies)}: {copies} of {count} icons in {sets.Count} sets lie closer to one training icon than {part} of training icons lie to each other.";
    }

    /// <summary>Whether a style can be learned without being copied: asked of runs on one training set that were looked at while they trained. Null: the sets are none such.</summary>
    private static Answer? AnswerOf(IReadOnlyList<ReportedSet> sets) =>
        sets.All(set => set.Run?.Training.Window is not null) && sets.Select(set => set.Run!.DatasetFingerprint).Distinct().Count() == 1 ? Answer.Of([.. sets.Select(set => (set.Run!, set.Novelty))]) : null;

    private static string Headline(string sentence) => Text(sentence).Replace(" %", "\u00a0%").Replace(" (", " <small>(").Replace(").", ").</small>");

    private static string Models(IReadOnlyList<ReportedSet> sets) => sets.Count == 1 ? sets[0].Label : $"{sets.Count} sets";

    private static IEnumerable<ShareBar> Bars(PageParts page, ReportedSet set)
    {
        var figure = set.Figure("copies");
        var verdict = set.Novelty.Verdict;
        yield return new(page.Name(set), "c-generated", verdict.Copies, verdict.Count, figure?.Low, figure?.High, $"#{page.Id(set)}");
    }

    // What went wrong first. Sets that were trained on different icons have too many controls to name each: their sums are in the bars.
    private static IEnumerable<(RuleFinding Finding, bool IsWarning, string Sentence)> Checks(IReadOnlyList<ReportedSet> sets)
    {
        RuleCheck[] all = [.. OfEachTrainingSet(sets).SelectMany(set => RuleCheck.Of(set.Novelty)).Distinct().OrderByDescending(check => check.IsWarning)];
        if (OfEachTrainingSet(sets).Count() == 1) return all.Select(check => (check.Finding, check.IsWarning, check.Sentence));
        var controls = Controls(sets).ToList();
        var heldOut = controls.Any(bar => bar.Css == "c-heldout") ? $"{Counted("c-heldout")} held-out icons and " : "";
        return all.Where(check => check.IsWarning).Select(check => (check.Finding, check.IsWarning, check.Sentence)).Append((RuleFinding.Counted, false, $"Over all training sets, {Counted("c-copy")} known copies were found; {heldOut}{Counted("c-noise")} icons of noise are called copies."));

        string Counted(string css) => $"{controls.Where(bar => bar.Css == css).Sum(bar => bar.Copies)} of {controls.Where(bar => bar.Css == css).Sum(bar => bar.Count)}";
    }

    private static IEnumerable<ReportedSet> OfEachTrainingSet(IReadOnlyList<ReportedSet> sets) =>
        sets.DistinctBy(set => (set.Run?.DatasetFingerprint, set.Novelty.Calibration));

    // Runs on one training set have the same controls, so each training set counts once; an interval is of one set alone.
    private static IEnumerable<ShareBar> Controls(IReadOnlyList<ReportedSet> sets) =>
        from row in OfEachTrainingSet(sets).SelectMany(set => set.Novelty.Rows)
        where row.IsControl
        group row by row.Name into rows
        let figure = rows.Count() > 1 ? null : rows.First().Figures.FirstOrDefault(figure => figure.Key == "copies")
        select new ShareBar(rows.Key, RowColour.Of(rows.First()), rows.Sum(row => row.Copies), rows.Sum(row => row.Count), figure?.Low, figure?.High);

    private static string Trained(ReportedSet set)
    {
        var novelty = set.Novelty;
        var heldOut = novelty.HeldOutCount > 0 ? $"; {novelty.HeldOutCount} more of the same source were set aside" : "";
        var trained = $"{novelty.GeneratedCount} icons of {novelty.ImageSize} px from {novelty.TrainingCount} training icons{heldOut}";
        return trained + (set.Repeat is { } repeat ? $"; {repeat.Icons} of them are there {repeat.Times} times" : "");
    }
}
