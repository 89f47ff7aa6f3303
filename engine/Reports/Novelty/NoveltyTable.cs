using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Novelty;

/// <summary>What a reported set is as JSON: the records, whole.</summary>
/// <param name="Enlarged">How well it enlarges held-out icons; null: it enlarges none.</param>
public sealed record NoveltyRecord(
    NoveltyReport Novelty, RunResult? Run, RecombinationReport? Parts, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EnlargedReport? Enlarged = null);

/// <summary>The figures of one or more novelty reports: a table for each set, its icons beside the controls.</summary>
public sealed class NoveltyTable(IReadOnlyList<ReportedSet> sets)
{
    private static readonly string[] CsvHeader =
        ["run", "set", "seed", "training", "row", "control", "figure", "value", "low", "high", "n", "m", "k", "spread", "features", "note"];

    private readonly string[] _labels = ReportedSet.Labels(sets);

    /// <summary>Text that ends with a line break: CSV one line for each figure of each row, JSON the records, the others a table for each set.</summary>
    public string Write(TableFormat format) => format switch
    {
        TableFormat.Csv => TableText.Csv(CsvHeader, sets.Zip(_labels).SelectMany(each => Lines(each.First, each.Second))),
        TableFormat.Json => JsonSerializer.Serialize(sets.Select(set => new NoveltyRecord(set.Novelty, set.Run, set.Parts, set.Enlarged?.Report)), SpecJson.Indented) + "\n",
        TableFormat.Markdown or TableFormat.Latex or TableFormat.Html => string.Join("\n", sets.Zip(_labels, (set, label) => Written(set, label, format))),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Wanted one of the formats."),
    };

    private static string Written(ReportedSet set, string label, TableFormat format)
    {
        var (header, rows, notes) = Table(set);
        var verdict = set.Novelty.Verdict;
        var title = $"{label}{(set.Run is { } run ? $", seed {run.Spec.Seed}" : "")}";
        string[] sentences = [verdict.Sentence, .. verdict.Checks];
        IEnumerable<string> numbered = notes.Select((note, i) => $"{i + 1}  {note}");
        return format switch
        {
            TableFormat.Markdown => $"## {title}\n\n{string.Join("\n\n", sentences)}\n\n{TableText.Markdown(header, rows, notes)}",
            TableFormat.Latex => $"\\paragraph{{{TableText.LatexEscaped(title)}}} {string.Join(" ", sentences.Select(TableText.LatexEscaped))}\n\n{TableText.Latex(header, rows, numbered)}",
            _ => $"<h2>{System.Net.WebUtility.HtmlEncode(title)}</h2>\n{string.Concat(sentences.Select(each => $"<p>{System.Net.WebUtility.HtmlEncode(each)}</p>\n"))}{TableText.Html(header, rows, notes)}",
        };
    }

    // Figures down, the generated icons and the controls across; the counts are those of the generated icons.
    private static (string[] Header, List<string[]> Rows, List<string> Notes) Table(ReportedSet set)
    {
        var (novelty, notes) = (set.Novelty, new List<string>());
        string Marked(Figure? figure)
        {
            if (figure?.Note is not { } note) return FigureText.Value(figure);
            if (!notes.Contains(note)) notes.Add(note);
            return $"{FigureText.Value(figure)} ({notes.IndexOf(note) + 1})";
        }
        var generated = set.GeneratedRow;
        NoveltyRow[] controls = [.. novelty.Rows.Where(row => row.IsControl)];
        var rows = generated.Figures.Select(figure => (string[])
        [
            FigureText.Label(figure.Key, novelty.Features), Marked(figure), FigureText.Interval(figure),
            .. controls.Select(row => Marked(row.Figures.FirstOrDefault(each => each.Key == figure.Key))),
            $"{figure.N}", $"{figure.M}", figure.K?.ToString(CultureInfo.InvariantCulture) ?? "",
        ]).ToList();
        if (set.Parts is { } parts)
            rows.AddRange(parts.Figures.Select(figure => (string[])
            [
                $"parts: {FigureText.Label(figure.Key, novelty.Features)}", Marked(figure), FigureText.Interval(figure), .. controls.Select(_ => ""),
                $"{figure.N}", $"{figure.M}", figure.K?.ToString(CultureInfo.InvariantCulture) ?? "",
            ]));
        notes.AddRange(novelty.Notes);
        return (["figure", generated.Name, "95 % interval", .. controls.Select(row => row.Name), "n", "m", "k"], rows, notes);
    }

    private static IEnumerable<object?[]> Lines(ReportedSet set, string label)
    {
        var lines = set.Novelty.Rows.SelectMany(row => row.Figures.Select(figure => (Row: row.Name, row.IsControl, Figure: figure)));
        if (set.Parts is { } parts)
            lines = lines
                .Concat(parts.Figures.Select(figure => (Row: "parts", IsControl: false, Figure: figure)))
                .Concat(parts.Layers.Select(layer => (Row: "parts", IsControl: false, Figure: new Figure($"recognised-{layer.Layer}", layer.Recognised, N: parts.Count))));
        return lines.Select(line => (object?[])
        [
            set.Run?.RunId, label, set.Run?.Spec.Seed, set.Novelty.TrainingCount, line.Row, line.IsControl ? "yes" : "no",
            line.Figure.Key, line.Figure.Value, line.Figure.Low, line.Figure.High, line.Figure.N, line.Figure.M, line.Figure.K, line.Figure.Spread, set.Novelty.Features, line.Figure.Note,
        ]);
    }
}
