using System.Text;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Every figure of the generated icons beside the same figure of the controls, with what it means.</summary>
internal static class FiguresSection
{
    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        var novelty = set.Novelty;
        var settings = novelty.Settings;
        html.Append($"<h3>All figures, beside controls whose answer is known</h3>\n<p class=\"note\">In brackets: 95 % intervals from {settings.Bootstrap} resamples of the icons. n: icons of the set, m: icons that it is compared with, " +
            $"k: neighbours or subset size, where the definition leaves it open. Features: {Text(novelty.Features)}. A figure's name opens its definition.</p>\n");
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"All figures\"><table class=\"figures\"><thead><tr><th scope=\"col\">figure</th>");
        foreach (var row in novelty.Rows) html.Append($"<th scope=\"col\" class=\"{RowColour.Of(row)}\">{Text(row.Name)}<br><small>{row.Count} icons</small></th>");
        html.Append("<th scope=\"col\">n / m / k</th></tr></thead>\n<tbody>\n");

        var notes = new List<string>();
        foreach (var figure in set.GeneratedRow.Figures)
        {
            html.Append($"<tr><th scope=\"row\">{Meaning(figure.Key, novelty.Features)}</th>");
            foreach (var row in novelty.Rows) Cell(html, row.Figures.FirstOrDefault(each => each.Key == figure.Key), notes, generated: !row.IsControl);
            html.Append($"<td class=\"counts\">{figure.N} / {figure.M} / {figure.K?.ToString() ?? FigureText.None}</td></tr>\n");
        }
        html.Append("</tbody></table></div>\n");
        if (notes.Count > 0)
        {
            html.Append("<ol class=\"footnotes\" type=\"a\">");
            foreach (var note in notes) html.Append($"<li>{Text(note)}</li>");
            html.Append("</ol>\n");
        }
        var csv = Convert.ToBase64String(Encoding.UTF8.GetBytes(new NoveltyTable([set]).Write(TableFormat.Csv)));
        html.Append($"<p><a class=\"save\" download=\"novelty-{page.Id(set)}.csv\" href=\"data:text/csv;base64,{csv}\">Save these figures as CSV</a></p>\n");
    }

    private static void Cell(StringBuilder html, Figure? figure, List<string> notes, bool generated)
    {
        html.Append(generated ? "<td class=\"generated\">" : "<td>").Append(Text(FigureText.Value(figure)));
        if (figure?.Note is { } note)
        {
            if (!notes.Contains(note)) notes.Add(note);
            html.Append($"<sup>{Mark(notes.IndexOf(note))}</sup>");
        }
        if (figure?.Spread is { } spread) html.Append($"<small>± {FigureText.Rounded(spread)}</small>");
        if (FigureText.Interval(figure) is { Length: > 0 } interval) html.Append($"<small>{interval}</small>");
        html.Append("</td>");
    }

    // Letters, as a list of type a counts: a raised digit beside a number would be read as a power.
    private static string Mark(int note) => note < 26 ? $"{(char)('a' + note)}" : $"{(char)('a' + (note / 26) - 1)}{(char)('a' + (note % 26))}";

    private static string Meaning(string key, string features)
    {
        if (FigureCatalogue.Find(key) is not { } definition) return Text(key);
        var sign = definition.Copying switch
        {
            CopyingSign.Low => "Low values speak of copying.",
            CopyingSign.High => "High values speak of copying.",
            _ => "It says nothing about copying by itself.",
        };
        var better = definition.Better switch
        {
            Better.Lower => " By its source, lower is better.",
            Better.Higher => " By its source, higher is better.",
            _ => "",
        };
        var source = definition.Source == FigureCatalogue.Here ? "defined by this project" : definition.Source;
        return $"<details><summary>{Text(definition.LabelOf(features))}{(definition.Unit is "" or "share" or "%" ? "" : $" <small>{Text(definition.Unit)}</small>")}</summary><p>{Text(definition.Definition)}{better} {sign} {Text(definition.ComparesWith)} <cite>{Text(source)}</cite></p></details>";
    }
}
