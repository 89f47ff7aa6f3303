using System.Globalization;
using System.Net;
using System.Text;

namespace IconDiffusion.Specs.Tables;

/// <summary>Tables as text, with what each format would read as its own escaped.</summary>
public static class TableText
{
    /// <summary>A GitHub table, its footnotes as a numbered list.</summary>
    public static string Markdown(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows, IReadOnlyList<string> notes)
    {
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", header).Append(" |\n|");
        for (var column = 0; column < header.Count; column++) text.Append(column == 0 ? "---|" : "---:|");
        foreach (var cells in rows)
            text.Append("\n| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|"))).Append(" |");
        text.Append('\n');
        for (var i = 0; i < notes.Count; i++) text.Append($"\n{i + 1}. {notes[i]}");
        return text.Append(notes.Count > 0 ? "\n" : "").ToString();
    }

    /// <summary>RFC 4180: every figure as it is, nothing for null, no footnotes to look up.</summary>
    public static string Csv(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<object?>> rows)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', header).Append("\r\n");
        foreach (var row in rows)
            text.AppendJoin(',', row.Select(value => Quoted(Convert.ToString(value, CultureInfo.InvariantCulture)!))).Append("\r\n");
        return text.ToString();

        static string Quoted(string field) => field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
    }

    /// <summary>A <c>tabular</c> for the package booktabs, its footnotes as paragraphs.</summary>
    public static string Latex(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows, IEnumerable<string> footnotes)
    {
        var text = new StringBuilder($"\\begin{{tabular}}{{l{new string('r', header.Count - 1)}}}\n\\toprule\n");
        text.AppendJoin(" & ", header.Select(LatexEscaped)).Append(" \\\\\n\\midrule\n");
        foreach (var line in rows)
            text.AppendJoin(" & ", line.Select(LatexEscaped)).Append(" \\\\\n");
        text.Append("\\bottomrule\n\\end{tabular}\n");
        foreach (var footnote in footnotes) text.Append("\\par ").Append(LatexEscaped(footnote)).Append('\n');
        return text.ToString();
    }

    /// <summary>A <c>table</c> element and a list of notes.</summary>
    public static string Html(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows, IReadOnlyList<string> notes)
    {
        var text = new StringBuilder("<table>\n<thead><tr>");
        foreach (var name in header) text.Append($"<th scope=\"col\">{WebUtility.HtmlEncode(name)}</th>");
        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var cells in rows)
            text.Append("<tr>").AppendJoin("", cells.Select(cell => $"<td>{WebUtility.HtmlEncode(cell)}</td>")).Append("</tr>\n");
        text.Append("</tbody>\n</table>\n");
        if (notes.Count > 0)
            text.Append("<ol>\n").AppendJoin("", notes.Select(note => $"<li>{WebUtility.HtmlEncode(note)}</li>\n")).Append("</ol>\n");
        return text.ToString();
    }

    /// <summary>Text between LaTeX's own characters.</summary>
    public static string LatexEscaped(string text) => string.Concat(text.Select(c => c switch
    {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
        '−' => "$-$",
        '×' => "$\\times$",
        '±' => "$\\pm$",
        '≤' => "$\\le$",
        '≥' => "$\\ge$",
        '→' => "$\\to$",
        '∞' => "$\\infty$",
        '₁' => "$_1$",
        '₂' => "$_2$",
        'ᵀ' => "$^{\\mathsf T}$",
        '–' => "--",
        '\u00a0' => "~",
        _ => $"{c}",
    }));
}
