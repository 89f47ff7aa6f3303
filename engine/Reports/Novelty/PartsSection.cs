using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>What icons of known parts are made of: copies, known parts put together anew, or parts that no variant explains.</summary>
internal static class PartsSection
{
    private const int InRow = 8;

    private static readonly (string Key, string Label, string Css, RecombinationClass Class)[] Classes =
    [
        ("copy", "copy", "k0", RecombinationClass.Copy),
        ("recombination", "recombination", "k1", RecombinationClass.Recombination),
        ("unexplained", "unexplained", "k2", RecombinationClass.Unexplained),
    ];

    /// <summary>A stacked bar for each set whose parts are known, and how well each layer was recognised.</summary>
    public static void WriteComparison(StringBuilder html, PageParts page)
    {
        ReportedSet[] sets = [.. page.Sets.Where(set => set.Parts is not null)];
        if (sets.Length == 0) return;
        html.Append("<h3>Copied, put together anew, or unexplained</h3>\n<p class=\"note\">The training icons' parts are known, so each icon is taken apart: all parts known in a combination that was trained on (copy), " +
            "all known in a new one (recombination), or with a part that no variant explains.</p>\n");
        Bars(html, page, sets);
        Layers(html, page, sets);
        Others(html, page, sets);
    }

    /// <summary>Of one set: its bar where no comparison shows it, and icons of each kind.</summary>
    public static void WriteIcons(StringBuilder html, PageParts page, ReportedSet set)
    {
        var parts = set.Parts!;
        html.Append("<h3>What the icons are made of</h3>\n");
        if (page.Sets.Count == 1)
        {
            Bars(html, page, [set]);
            Layers(html, page, [set]);
            Others(html, page, [set]);
        }
        foreach (var (_, label, css, kind) in Classes)
        {
            IconParts[] icons = [.. parts.Icons.Where(icon => icon.Class == kind).Take(InRow)];
            if (icons.Length == 0) continue;
            html.Append($"<h4><span class=\"dot {css}\"></span>{label}: {parts.Icons.Count(icon => icon.Class == kind)} of {parts.Count}</h4>\n<div class=\"kinds\">");
            foreach (var icon in icons)
            {
                var unknown = icon.Parts.Where(part => part.Variant is null).Select(part => part.Layer).ToArray();
                var words = icon.TrainingIcon is { } source ? $"as {set.Training.Names[source]}" : unknown.Length > 0 ? $"unknown: {string.Join(", ", unknown)}" : "";
                html.Append($"<figure>{page.GeneratedTile(set, icon.Icon, $"generated icon {icon.Icon}, {label}")}<figcaption>no. {icon.Icon} {Text(words)}</figcaption></figure>");
            }
            html.Append("</div>\n");
        }
    }

    private static void Bars(StringBuilder html, PageParts page, IReadOnlyList<ReportedSet> sets)
    {
        html.Append("<table class=\"bars parts\"><thead><tr><th scope=\"col\">set</th><th scope=\"col\">");
        html.AppendJoin(" ", Classes.Select(each => $"<span class=\"dot {each.Css}\"></span>{each.Label}"));
        html.Append("</th><th scope=\"col\">shares</th></tr></thead><tbody>\n");
        foreach (var set in sets)
        {
            html.Append($"<tr><th scope=\"row\"><a href=\"#{page.Id(set)}\">{Text(page.Name(set))}</a></th><td class=\"track\"><div>");
            foreach (var (key, _, css, _) in Classes)
                html.Append($"<span class=\"bar {css}\" style=\"width:{ShareBars.Percent(Of(set, key)?.Value ?? 0)}\"></span>");
            html.Append("</div></td><td class=\"shares\">");
            html.AppendJoin("<br>", Classes.Select(each => $"<span class=\"dot {each.Css}\"></span>{FigureText.Value(Of(set, each.Key))} <span class=\"of\">{FigureText.Interval(Of(set, each.Key))}</span>"));
            html.Append("</td></tr>\n");
        }
        html.Append("</tbody></table>\n");
    }

    private static void Layers(StringBuilder html, PageParts page, IReadOnlyList<ReportedSet> sets)
    {
        string[] layers = [.. sets.SelectMany(set => set.Parts!.Layers).Select(layer => layer.Layer).Distinct()];
        html.Append("<h4>Share of icons whose part of a layer is a known variant</h4>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Layers recognised\"><table class=\"heat\"><thead><tr><th scope=\"col\">set</th>");
        foreach (var layer in layers) html.Append($"<th scope=\"col\">{Text(layer)}</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var set in sets)
        {
            html.Append($"<tr><th scope=\"row\">{Text(page.Name(set))}</th>");
            foreach (var layer in layers)
                html.Append(set.Parts!.Layers.FirstOrDefault(each => each.Layer == layer) is { } known
                    ? $"<td style=\"--v:{ShareBars.Percent(known.Recognised)}\">{FigureText.Share(known.Recognised)}</td>" : $"<td>{FigureText.None}</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n");
    }

    // How the layout moved, what chance alone would copy: the figures say themselves, in their notes, what they are.
    private static void Others(StringBuilder html, PageParts page, ReportedSet[] sets)
    {
        string[] keys = [.. sets.SelectMany(set => set.Parts!.Figures).Select(figure => figure.Key).Distinct().Except(Classes.Select(each => each.Key))];
        if (keys.Length == 0) return;
        html.Append("<h4>Parts and layout</h4>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Parts and layout\"><table class=\"figures\"><thead><tr><th scope=\"col\">set</th>");
        foreach (var key in keys) html.Append($"<th scope=\"col\">{Text(FigureText.Label(key, sets[0].Novelty.Features))}</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var set in sets)
        {
            html.Append($"<tr><th scope=\"row\">{Text(page.Name(set))}</th>");
            foreach (var key in keys) html.Append($"<td>{Text(FigureText.Value(Of(set, key)))}<small>{FigureText.Interval(Of(set, key))}</small></td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n<dl>");
        foreach (var key in keys)
            if (sets.Select(set => Of(set, key)?.Note).OfType<string>().FirstOrDefault() is { } note)
                html.Append($"<dt>{Text(FigureText.Label(key, sets[0].Novelty.Features))}</dt><dd>{Text(note)}</dd>");
        html.Append("</dl>\n");
    }

    private static Figure? Of(ReportedSet set, string key) => set.Parts!.Figures.FirstOrDefault(figure => figure.Key == key);
}
