using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports;

/// <summary>Pairs of image sets as the preprint's Table 1 has them, one line for each, with the preprint's own below on request.</summary>
/// <param name="besidePreprint">Whether the preprint's lines are shown.</param>
public sealed class ComparisonTable(IReadOnlyList<SetComparison> comparisons, bool besidePreprint)
{
    private static readonly string[] Always = ["fid", "mae", "nwi"];
    private static readonly string[] OfNovelty = ["fid-floor", "kid", "precision", "recall", "density", "coverage", "mae-aligned", "copies"];

    private readonly string[] _keys = [.. Always, .. OfNovelty.Where(key => comparisons.Any(each => each.Figure(key) is not null))];

    private readonly List<string> _notes = [.. comparisons.SelectMany(NotesOf).Distinct()];

    /// <summary>The columns' heads.</summary>
    public IReadOnlyList<string> Header => ["pair", "n/m", .. _keys.Select(key => FigureText.Label(key, Features)), "notes"];

    /// <summary>The lines as text; the last column names footnotes by number.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cells => [.. comparisons.Select(CellsOf), .. Preprints];

    /// <summary>The footnotes, numbered.</summary>
    public IReadOnlyList<string> Footnotes => [.. _notes.Select((note, i) => $"{i + 1}  {note}")];

    /// <summary>The table as text that ends with a line break.</summary>
    public string Write(TableFormat format) => format switch
    {
        TableFormat.Markdown => TableText.Markdown(Header, Cells, _notes),
        TableFormat.Csv => TableText.Csv(["pair", "first", "second", "n", "m", .. _keys, "features", "notes"], comparisons.Select(Values)),
        TableFormat.Latex => TableText.Latex(Header, Cells, Footnotes),
        TableFormat.Html => TableText.Html(Header, Cells, _notes),
        TableFormat.Json => JsonSerializer.Serialize(comparisons, SpecJson.Indented) + "\n",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Wanted one of the formats."),
    };

    // Pairs of one table are compared by one network.
    private string Features => comparisons[0].Scores.Features;

    private IEnumerable<IReadOnlyList<string>> Preprints => !besidePreprint ? [] : Preprint.Table1.Select(row => (string[])
    [
        $"the preprint: {row.Pair}",
        FigureText.None,
        FigureText.Rounded(row.Figures.Fid), FigureText.Rounded(row.Figures.Fid + row.Figures.Nwi), FigureText.Rounded(row.Figures.Nwi),
        .. _keys.Skip(Always.Length).Select(_ => FigureText.None),
        "",
    ]);

    private string[] CellsOf(SetComparison pair) =>
    [
        pair.Name,
        $"{pair.Scores.GeneratedCount}/{pair.Scores.TrainingCount}",
        .. _keys.Select(key => FigureText.Value(pair.Figure(key))),
        string.Join(",", NotesOf(pair).Select(note => _notes.IndexOf(note) + 1).Distinct().Order()),
    ];

    // For machines: every figure as it is, no footnotes to look up.
    private object?[] Values(SetComparison pair) =>
    [
        pair.Name, pair.First.Name, pair.Second.Name, pair.Scores.GeneratedCount, pair.Scores.TrainingCount,
        .. _keys.Select(key => (object?)pair.Figure(key)?.Value), pair.Scores.Features, string.Join("; ", NotesOf(pair)),
    ];

    private static IEnumerable<string> NotesOf(SetComparison pair) =>
    [
        .. pair.Scores.NotComparable,
        .. pair.Novelty?.Notes ?? [],
        .. new[] { pair.First, pair.Second }.Where(set => set.Consent is not null).Select(set => $"{set.Name}: {set.Consent!.Artist}, {set.Consent.Licence}"),
    ];
}
