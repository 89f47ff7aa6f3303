using System.Text;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>All sets of a page beside one another: scores, novelty figures, replication and safe window against the size of the training set, parts.</summary>
internal static class ComparisonSection
{
    /// <summary>The figures that a summary shows, one for each question.</summary>
    internal static readonly string[] Keys =
        ["copies", "nn-percentile-aligned", "ct-aligned", "authpct-aligned", "gap-aligned", "mae-aligned", "sources-largest-share", "fid", "nwi"];

    public static void Write(StringBuilder html, PageParts page)
    {
        html.Append("<section id=\"compare\">\n<h2>All sets beside one another</h2>\n");
        GlanceSection.Write(html, page);
        MethodsSection.Write(html, page);
        SeedGroup[] groups = SeedGroup.Of(page);
        html.Append("<h3>The figures that speak of copying</h3>\n");
        Summary(html, groups);
        Replication(html, groups);
        WindowGrowthSection.Write(html, page);
        PartsSection.WriteComparison(html, page);
        TagsSection.Write(html, page);
        TransferSection.Write(html, page);
        if (page.Sets.Select(set => set.Run).OfType<Specs.RunResult>().ToArray() is { Length: > 0 } runs)
        {
            html.Append("<h3>The preprint's three figures</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Scores\">\n");
            html.Append(new Table2(runs).Write(TableFormat.Html));
            html.Append("</div>\n");
        }
        html.Append("</section>\n");
    }

    private static void Summary(StringBuilder html, SeedGroup[] groups)
    {
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Novelty figures of all sets\"><table class=\"figures\"><thead><tr><th scope=\"col\">set</th><th scope=\"col\">seeds</th>");
        // A figure of features has a column for each network.
        (string Key, string Label)[] columns =
        [
            .. Keys.SelectMany(key => groups.Where(group => group.Mean(key) is not null).Select(group => (key, FigureText.Label(key, group.Features))).Distinct()),
        ];
        foreach (var (_, label) in columns) html.Append($"<th scope=\"col\">{Text(label)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var group in groups)
        {
            html.Append($"<tr><th scope=\"row\"><a href=\"#{group.Id}\">{Text(group.Name)}</a></th><td>{group.Sets.Count}</td>");
            foreach (var (key, label) in columns)
            {
                if (label != FigureText.Label(key, group.Features))
                {
                    html.Append($"<td>{FigureText.None}</td>");
                    continue;
                }
                var unit = FigureCatalogue.Find(key)?.Unit ?? "";
                html.Append($"<td>{Text(FigureText.Value(group.Mean(key), unit))}<small>{Text(group.SpreadText(key))}</small></td>");
            }
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n<p class=\"note\">In brackets: 95 % bootstrap interval over icons of the one seed; ±: standard deviation over seeds where there are several.</p>\n");
    }

    private static void Replication(StringBuilder html, SeedGroup[] groups)
    {
        if (groups.Select(group => group.Distinct).Distinct().Count() < 2) return;
        html.Append("<h3>Copying against the size of the training set</h3>\n");
        html.Append(ReplicationChart.Legend(groups));
        html.Append("<div class=\"charts\">\n");
        foreach (var (key, title) in ((string, string)[])[
            ("copies", "Share called copies"),
            ("authpct-aligned", "AuthPct: what Alaa et al. 2022 do not call copied")])
            if (groups.Any(group => group.Mean(key) is not null))
                html.Append($"<figure><figcaption>{Text(title)}</figcaption>{ReplicationChart.Draw(title, key, groups)}</figure>\n");
        html.Append("</div>\n<p class=\"note\">Bars: 95 % bootstrap interval over icons, or one standard deviation to each side over seeds where there are several.");
        foreach (var group in groups.Where(group => group.Repeat is not null))
        {
            var (onRepeated, copies) = (group.Sets.Sum(set => set.Novelty.Duplicates.Sum(each => each.Copies)), group.Sets.Sum(set => set.Novelty.Verdict.Copies));
            html.Append($" Hollow: {Text(group.Name)}; {onRepeated} of its {copies} copies are of pictures that the training set holds more than once.");
        }
        html.Append("</p>\n");
    }
}
