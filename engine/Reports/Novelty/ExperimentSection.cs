using System.Text;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Tables;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>The experiment that a page's sets are of.</summary>
/// <param name="Results">Of all its runs that have one.</param>
/// <param name="Missing">What the page does not show, a sentence each.</param>
/// <param name="Figure">Each run's best icons; null: there are none.</param>
public sealed record ReportedExperiment(IReadOnlyList<RunResult> Results, IReadOnlyList<string> Missing, Image? Figure);

/// <summary>What an experiment's page does not show, and its scores and best icons where no run has a novelty report to show them in.</summary>
internal static class ExperimentSection
{
    /// <param name="isHead">Whether the page has no sets and begins with this.</param>
    public static void Write(StringBuilder html, ReportedExperiment experiment, string title, bool isHead)
    {
        if (isHead)
            html.Append($"<header id=\"verdict\">\n<p class=\"kicker\">{Text(title)}</p>\n<h1>Nothing here says whether a run copies: no novelty report could be shown.</h1>\n</header>\n");
        if (experiment.Missing.Count > 0)
        {
            html.Append("<section id=\"missing\">\n<h2>What is missing</h2>\n<ul>");
            foreach (var sentence in experiment.Missing) html.Append($"<li>{Text(sentence)}</li>");
            html.Append("</ul>\n</section>\n");
        }
        if (!isHead || experiment.Results.Count == 0) return;
        html.Append("<section id=\"scores\">\n<h2>The preprint's three figures</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Scores\">\n");
        html.Append(new Table2(experiment.Results).Write(TableFormat.Html));
        html.Append("</div>\n");
        if (experiment.Figure is { } figure)
            html.Append($"<img alt=\"Each run's best icons above the training icons nearest to them\" src=\"data:image/png;base64,{Convert.ToBase64String(ImageFile.EncodePng(figure))}\">\n");
        html.Append("</section>\n");
    }
}
