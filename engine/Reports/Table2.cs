using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using IconDiffusion.Engine.Metrics;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Reports;

/// <summary>One run's line.</summary>
/// <param name="Label">The model.</param>
/// <param name="Generated">Generated icons, n.</param>
/// <param name="Training">Training icons, m.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="ImagesSeen">Training icons shown, repetitions counted.</param>
/// <param name="Time">Time that training worked.</param>
/// <param name="Preprint">The preprint's figures for this cell; null: it has none.</param>
/// <param name="Notes">What a reader must know to compare the figures.</param>
public sealed record Table2Row(
    string Label, int Seed, double Fid, double Mae, double Nwi, int Generated, int Training, long Steps, long ImagesSeen, TimeSpan Time,
    PreprintFigures? Preprint, EquatableList<string> Notes);

/// <summary>The preprint's Table 2 over our own runs, one line per run, with the preprint's figures beside the cells that are its own.</summary>
public sealed class Table2
{
    private readonly List<string> _notes;

    /// <param name="results">Shown in this order.</param>
    public Table2(IEnumerable<RunResult> results)
    {
        Rows = [.. results.Select(RowOf)];
        _notes = [.. Rows.SelectMany(row => row.Notes).Distinct()];
    }

    public EquatableList<Table2Row> Rows { get; }

    public static IReadOnlyList<string> Header { get; } =
        ["model", "seed", "FID", "MAE", "NWI", "n/m", "steps", "images seen", "time", "preprint FID", "preprint NWI", "notes"];

    /// <summary>The rows as text, a column for each of <see cref="Header"/>; the last names footnotes by number.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cells => [.. Rows.Select(CellsOf)];

    /// <summary>The footnotes, numbered.</summary>
    public IReadOnlyList<string> Footnotes => [.. _notes.Select((note, i) => $"{i + 1}  {note}")];

    /// <summary>The table as text that ends with a line break.</summary>
    public string Write(TableFormat format) => format switch
    {
        TableFormat.Markdown => Markdown(),
        TableFormat.Csv => Csv(),
        TableFormat.Latex => Latex(),
        TableFormat.Html => Html(),
        TableFormat.Json => JsonSerializer.Serialize(Rows, SpecJson.Indented) + "\n",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Wanted one of the formats."),
    };

    private string Markdown()
    {
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", Header).Append(" |\n|");
        for (var column = 0; column < Header.Count; column++) text.Append(column == 0 ? "---|" : "---:|");
        foreach (var cells in Cells)
            text.Append("\n| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|"))).Append(" |");
        text.Append('\n');
        for (var i = 0; i < _notes.Count; i++) text.Append($"\n{i + 1}. {_notes[i]}");
        return text.Append(_notes.Count > 0 ? "\n" : "").ToString();
    }

    // For machines: every figure as it is, seconds for the time, no footnotes to look up.
    private string Csv()
    {
        var text = new StringBuilder("model,seed,fid,mae,nwi,generated,training,steps,images_seen,training_seconds,preprint_fid,preprint_nwi,notes\r\n");
        foreach (var row in Rows)
            text.AppendJoin(',', ((object?[])
            [
                row.Label, row.Seed, row.Fid, row.Mae, row.Nwi, row.Generated, row.Training, row.Steps, row.ImagesSeen,
                row.Time.TotalSeconds, row.Preprint?.Fid, row.Preprint?.Nwi, string.Join("; ", row.Notes),
            ]).Select(value => Quoted(Convert.ToString(value, CultureInfo.InvariantCulture)!))).Append("\r\n");
        return text.ToString();

        static string Quoted(string field) => field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
    }

    private string Latex()
    {
        var text = new StringBuilder($"\\begin{{tabular}}{{l{new string('r', Header.Count - 1)}}}\n\\toprule\n");
        foreach (var line in (IEnumerable<IReadOnlyList<string>>)[Header, .. Cells])
            text.AppendJoin(" & ", line.Select(Escaped)).Append(ReferenceEquals(line, Header) ? " \\\\\n\\midrule\n" : " \\\\\n");
        text.Append("\\bottomrule\n\\end{tabular}\n");
        foreach (var footnote in Footnotes) text.Append("\\par ").Append(Escaped(footnote)).Append('\n');
        return text.ToString();

        static string Escaped(string cell) => string.Concat(cell.Select(c => c switch
        {
            '\\' => "\\textbackslash{}",
            '~' => "\\textasciitilde{}",
            '^' => "\\textasciicircum{}",
            '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
            '−' => "$-$",
            '×' => "$\\times$",
            '–' => "--",
            _ => $"{c}",
        }));
    }

    private string Html()
    {
        var text = new StringBuilder("<table>\n<thead><tr>");
        foreach (var name in Header) text.Append($"<th scope=\"col\">{name}</th>");
        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var cells in Cells)
            text.Append("<tr>").AppendJoin("", cells.Select(cell => $"<td>{WebUtility.HtmlEncode(cell)}</td>")).Append("</tr>\n");
        text.Append("</tbody>\n</table>\n");
        if (_notes.Count > 0)
            text.Append("<ol>\n").AppendJoin("", _notes.Select(note => $"<li>{WebUtility.HtmlEncode(note)}</li>\n")).Append("</ol>\n");
        return text.ToString();
    }

    private static Table2Row RowOf(RunResult result) => new(
        result.Spec.Model.Label, result.Spec.Seed, result.Scores.Fid, result.Scores.Mae, result.Scores.Nwi,
        result.Scores.GeneratedCount, result.Scores.TrainingCount, result.Training.Steps, result.Training.ImagesSeen, result.Training.Time,
        Preprint.Of(result.Spec), result.Scores.NotComparable);

    private IReadOnlyList<string> CellsOf(Table2Row row) =>
    [
        row.Label,
        $"{row.Seed}",
        Figure(row.Fid),
        Figure(row.Mae),
        Figure(row.Nwi),
        $"{row.Generated}/{row.Training}",
        $"{row.Steps}",
        $"{row.ImagesSeen}",
        $"{(int)row.Time.TotalHours}:{row.Time:mm\\:ss}",
        row.Preprint is { } figures ? $"{figures.Fid}" : "–",
        row.Preprint is { } preprint ? $"{preprint.Nwi}".Replace('-', '−') : "–",
        string.Join(",", row.Notes.Select(note => _notes.IndexOf(note) + 1).Order()),
    ];

    private static string Figure(double value) => value.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−');
}
