using System.Text;
using IconDiffusion.Specs.Tables;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>The methods of a page's runs beside one another, where there are several.</summary>
internal static class MethodsSection
{
    /// <summary>What there is to compare: sets that are of runs.</summary>
    public static MethodComparison Of(IReadOnlyList<ReportedSet> sets) =>
        MethodComparison.Of([.. sets.Where(set => set.Run is not null).Select(set => new MethodRun(set.Run!, set.Novelty, set.Parts))]);

    /// <summary>A table for each training set that more than one method learned from.</summary>
    public static void Write(StringBuilder html, PageParts page)
    {
        var comparison = Of(page.Sets);
        if (comparison.Tables.Count == 0) return;
        html.Append($"<h3 id=\"methods\">{MethodComparison.Title}</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{Text(MethodComparison.Title)}\">\n");
        html.Append(comparison.Write(TableFormat.Html));
        html.Append("</div>\n");
    }
}
