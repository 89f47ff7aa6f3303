using System.Text.Json;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Specs.Tables;

/// <summary>One run's line.</summary>
/// <param name="Label">The model.</param>
/// <param name="Generated">Generated icons, n.</param>
/// <param name="Training">Training icons, m.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="ImagesSeen">Training icons shown, repetitions counted.</param>
/// <param name="Time">Time that training worked.</param>
/// <param name="Features">The network behind FID and NWI, as results label it.</param>
/// <param name="Preprint">The preprint's figures for this cell; null: it has none.</param>
/// <param name="Notes">What a reader must know to compare the figures.</param>
public sealed record Table2Row(
    string Label, int Seed, double Fid, double Mae, double Nwi, int Generated, int Training, long Steps, long ImagesSeen, TimeSpan Time,
    string Features, PreprintFigures? Preprint, EquatableList<string> Notes);

/// <summary>
/// The preprint's Table 2 over our own runs, one line per run, with the preprint's figures beside the cells that are its own. FID and NWI have
/// a column for each feature network, so that nothing stands below a figure of another one.
/// </summary>
public sealed class Table2
{
    private readonly List<string> _notes;
    private readonly List<string> _networks;

    /// <param name="results">Shown in this order.</param>
    public Table2(IEnumerable<RunResult> results)
    {
        RunResult[] all = [.. results];
        var labels = RunLabels.Of(all.Select(result => result.Spec));
        Rows = [.. all.Select(result => RowOf(result, labels[result.Spec]))];
        _notes = [.. Rows.SelectMany(row => row.Notes).Distinct()];
        _networks = [.. Rows.Select(NetworkOf).Distinct()];
    }

    public EquatableList<Table2Row> Rows { get; }

    public IReadOnlyList<string> Header =>
    [
        "model", "seed", .. _networks.Select(network => FigureText.Label("fid", network)), FigureText.Label("mae", ""), .. _networks.Select(network => FigureText.Label("nwi", network)),
        "n/m", "steps", "images seen", "time", "preprint FID", "preprint NWI", "notes",
    ];

    /// <summary>The rows as text, a column for each of <see cref="Header"/>; the last names footnotes by number.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cells => [.. Rows.Select(CellsOf)];

    /// <summary>The footnotes, numbered.</summary>
    public IReadOnlyList<string> Footnotes => [.. _notes.Select((note, i) => $"{i + 1}  {note}")];

    /// <summary>The table as text that ends with a line break.</summary>
    public string Write(TableFormat format) => format switch
    {
        TableFormat.Markdown => TableText.Markdown(Header, Cells, _notes),
        TableFormat.Csv => Csv(),
        TableFormat.Latex => TableText.Latex(Header, Cells, Footnotes),
        TableFormat.Html => TableText.Html(Header, Cells, _notes),
        TableFormat.Json => JsonSerializer.Serialize(Rows, SpecJson.Indented) + "\n",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Wanted one of the formats."),
    };

    // For machines: every figure as it is, seconds for the time.
    private string Csv() => TableText.Csv(
        ["model", "seed", "fid", "mae", "nwi", "generated", "training", "steps", "images_seen", "training_seconds", "features", "preprint_fid", "preprint_nwi", "notes"],
        Rows.Select(row => (object?[])
        [
            row.Label, row.Seed, row.Fid, row.Mae, row.Nwi, row.Generated, row.Training, row.Steps, row.ImagesSeen,
            row.Time.TotalSeconds, row.Features, row.Preprint?.Fid, row.Preprint?.Nwi, string.Join("; ", row.Notes),
        ]));

    private static Table2Row RowOf(RunResult result, string label) => new(
        label, result.Spec.Seed, result.Scores.Fid, result.Scores.Mae, result.Scores.Nwi,
        result.Scores.GeneratedCount, result.Scores.TrainingCount, result.Training.Steps, result.Training.ImagesSeen, result.Training.Time,
        result.Scores.Features, Preprint.Of(result.Spec), result.Scores.NotComparable);

    private static string NetworkOf(Table2Row row) => FeatureNetworks.NameOf(row.Features);

    private IReadOnlyList<string> CellsOf(Table2Row row) =>
    [
        row.Label,
        $"{row.Seed}",
        .. _networks.Select(network => network == NetworkOf(row) ? FigureText.Rounded(row.Fid) : FigureText.None),
        FigureText.Rounded(row.Mae),
        .. _networks.Select(network => network == NetworkOf(row) ? FigureText.Rounded(row.Nwi) : FigureText.None),
        $"{row.Generated}/{row.Training}",
        $"{row.Steps}",
        $"{row.ImagesSeen}",
        $"{(int)row.Time.TotalHours}:{row.Time:mm\\:ss}",
        FigureText.Value(row.Preprint?.Fid, ""),
        FigureText.Value(row.Preprint?.Nwi, ""),
        string.Join(",", row.Notes.Select(note => _notes.IndexOf(note) + 1).Order()),
    ];
}
