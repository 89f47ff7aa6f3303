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
/// <param name="Time">Time that training worked.</param>
/// <param name="PreprintMae">The preprint's MAE for this model; null: it has none.</param>
/// <param name="Notes">What a reader must know to compare the figures.</param>
public sealed record Table2Row(
    string Label, int Seed, double Fid, double Mae, double Nwi, int Generated, int Training, long Steps, TimeSpan Time,
    double? PreprintMae, EquatableList<string> Notes);

/// <summary>The preprint's Table 2 over our own runs: one line per run, as text, Markdown or JSON.</summary>
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
        ["model", "seed", "FID", "MAE", "NWI", "n/m", "steps", "time", "preprint MAE", "notes"];

    /// <summary>The rows as text, a column for each of <see cref="Header"/>; the last names footnotes by number.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cells => [.. Rows.Select(CellsOf)];

    /// <summary>The footnotes, numbered.</summary>
    public IReadOnlyList<string> Footnotes => [.. _notes.Select((note, i) => $"{i + 1}  {note}")];

    /// <summary>Aligned columns, then the footnotes.</summary>
    public IReadOnlyList<string> ToText()
    {
        var lines = new[] { Header }.Concat(Cells).ToList();
        var widths = Header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        return [.. lines.Select(Align), .. Footnotes];

        // The model is text and starts at the left; figures end at the right.
        string Align(IReadOnlyList<string> line) => string.Join("  ", line.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd();
    }

    /// <summary>A GitHub table, then the footnotes.</summary>
    public string ToMarkdown()
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

    /// <summary>The rows as a JSON array.</summary>
    public string ToJson() => JsonSerializer.Serialize(Rows, SpecJson.Indented);

    private static Table2Row RowOf(RunResult result) => new(
        result.Spec.Model.Label, result.Spec.Seed, result.Scores.Fid, result.Scores.Mae, result.Scores.Nwi,
        result.Scores.GeneratedCount, result.Scores.TrainingCount, result.Training.Steps, result.Training.Time,
        Preprint.Mae(result.Spec.Model), result.Scores.NotComparable);

    private IReadOnlyList<string> CellsOf(Table2Row row) =>
    [
        row.Label,
        $"{row.Seed}",
        $"{row.Fid:0.00}",
        $"{row.Mae:0.00}",
        $"{row.Nwi:0.00}",
        $"{row.Generated}/{row.Training}",
        $"{row.Steps}",
        $"{(int)row.Time.TotalHours}:{row.Time:mm\\:ss}",
        row.PreprintMae is { } mae ? $"{mae:0.0}" : "–",
        string.Join(",", row.Notes.Select(note => _notes.IndexOf(note) + 1).Order()),
    ];
}
