using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Client.Output;

/// <summary>A finished run.</summary>
/// <param name="Folder">Holds result.json, contact-sheet.png and gallery.png, on the silo's machine.</param>
/// <param name="Reused">Whether it was there before this was asked for.</param>
internal sealed record ReportedRun(string Folder, bool Reused, RunResult Result);

/// <summary>A run without a result.</summary>
/// <param name="Run">Its index in the experiment, from 0.</param>
internal sealed record ReportedFailure(int Run, string Label, string Error);

/// <summary>What an experiment has come to: the document of <c>--json</c>, and the preprint's Table 2 for people.</summary>
/// <param name="Id">See <see cref="RunIdentity.Experiment"/>.</param>
/// <param name="Folder">Holds table.md and table.json, on the silo's machine.</param>
/// <param name="Results">In the order of the file.</param>
/// <param name="Failures">The cells that have failed.</param>
internal sealed record ExperimentReport(
    string Id, string Folder, IReadOnlyList<ReportedRun> Results, IReadOnlyList<ReportedFailure> Failures)
{
    /// <param name="status">For the failures.</param>
    /// <param name="data">The silo's data folder.</param>
    /// <param name="since">Results from before are marked as reused.</param>
    public static ExperimentReport Of(ExperimentStatus status, IEnumerable<RunResult> results, DataFolder data, DateTimeOffset since) => new(
        status.Id,
        data.Experiment(status.Id),
        [.. results.Select(result => new ReportedRun(
            new RunFolder(data.Run(result.RunId)).Result(result.Spec), result.Provenance.FinishedAt < since, result))],
        [.. status.Cells.Where(cell => cell.State == CellState.Failed)
            .Select(cell => new ReportedFailure(cell.Cell, cell.Label, cell.Error ?? "no reason was given"))])
    {
        Missing = status.Report?.Summary?.Missing,
    };

    /// <summary>What the report does not show, a sentence each; null: there is no report yet.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>The report as a page to look at; null: there is none on this machine.</summary>
    public string? Page => Path.Combine(Folder, NoveltyReport.PageFile) is var page && File.Exists(page) ? page : null;

    /// <summary>The preprint's Table 2 of the results.</summary>
    [JsonIgnore]
    public Table2 Table => new(Results.Select(run => run.Result));

    // Null where the run has no novelty report, or is on another machine.
    private static string? Verdict(ReportedRun run, string label) =>
        NoveltyReport.Read(run.Folder) is { } novelty ? $"copies    {label}: {novelty.Verdict.Sentence}" : null;

    // Null where it enlarges nothing, or no icon was held out.
    private static string? Enlarged(ReportedRun run, string label) => EnlargedReport.Read(run.Folder) is not { Count: > 0 } report ? null
        : $"enlarged  {label}: " + string.Join("; ", report.Rows[0].Figures.Select((figure, i) =>
            $"{FigureText.Label(figure.Key, report.Features)} {string.Join(", ", report.Rows.Select(row => $"{FigureText.Value(row.Figures[i])} {EnlargedRow.Name(row.By)}"))}"));

    public IEnumerable<IRenderable> Render()
    {
        if (Results.Count > 0)
        {
            var table = Table;
            string[] labels = [.. table.Rows.Select(row => row.Label)];
            yield return TableView.Of(table.Header, table.Cells);
            yield return Speech.Text(string.Join('\n',
                (string[])
                [
                    .. table.Footnotes,
                    "",
                    .. Results.Zip(labels, Verdict).OfType<string>(),
                    .. Results.Zip(labels, Enlarged).OfType<string>(),
                    $"table     {Folder}/table.md",
                    $"figure    {Folder}/{ExperimentTable.FigureFile}  (each run's best icons above their nearest training icons)",
                    .. Page is null ? [] : new[] { $"report    {Page}  (does it copy? also as report.json, .csv, .md and .tex)" },
                    .. (Missing ?? []).Select(sentence => $"missing   {sentence}"),
                    .. Results.Zip(labels, (run, label) => $"pictures  {run.Folder}  ({label}{(run.Reused ? ", finished before" : "")}: result.json, contact-sheet.png, gallery.png)"),
                ]));
        }
        foreach (var failure in Failures)
            yield return Speech.Text($"failed    {failure.Label}: {failure.Error}");
    }
}
