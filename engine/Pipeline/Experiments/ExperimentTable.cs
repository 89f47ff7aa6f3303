using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Reports.Tables;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>An experiment's tables, figure and novelty report in its folder.</summary>
public static class ExperimentTable
{
    public const string FigureFile = "figure2.png";

    /// <summary>Runs in the figure and the novelty report; of a larger experiment they show the first ones.</summary>
    public const int MostRows = 24;

    public const string ResultsFile = "results.json";

    /// <summary>Writes table.md, table.json, <see cref="ResultsFile"/>, <see cref="FigureFile"/> and the novelty report of the runs that have one, each all or not at all.</summary>
    /// <param name="data">Holds the runs.</param>
    /// <param name="experimentId">Names the folder.</param>
    /// <param name="results">In the order of the experiment's runs; without any, nothing is written.</param>
    public static void Write(DataFolder data, string experimentId, IReadOnlyList<RunResult> results)
    {
        if (results.Count == 0) return;
        var folder = data.Experiment(experimentId);
        var table = new Table2(results);
        AtomicFile.WriteAllText(Path.Combine(folder, "table.md"), table.Write(TableFormat.Markdown));
        AtomicFile.WriteAllText(Path.Combine(folder, "table.json"), table.Write(TableFormat.Json));
        AtomicFile.WriteAllText(Path.Combine(folder, ResultsFile), JsonSerializer.Serialize(results, SpecJson.Indented) + "\n");

        var store = new DatasetStore(data.Datasets);
        var icons = results.Select(result => result.DatasetFingerprint).Distinct()
            .Where(store.Contains).ToDictionary(fingerprint => fingerprint, store.Load);
        Figure2Row[] rows = [.. results.Take(MostRows).Select(result => Row(data, result, icons.GetValueOrDefault(result.DatasetFingerprint))).OfType<Figure2Row>()];
        if (rows.Length > 0)
            ImageFile.SavePng(Path.Combine(folder, FigureFile), Figure2.Compose(rows));

        var sets = RunNovelty.Read(data, results.Take(MostRows));
        if (sets.Count > 0)
            NoveltyFiles.Write(folder, RunIdentity.ExperimentName(experimentId) + (results.Count > MostRows ? $", the first {MostRows} of {results.Count} runs" : ""), sets);
    }

    /// <summary>The results that <see cref="Write"/> left, in the order of the experiment's runs.</summary>
    /// <exception cref="JsonException">They are not of this version.</exception>
    public static IReadOnlyList<RunResult> Read(DataFolder data, string experimentId) =>
        JsonSerializer.Deserialize<List<RunResult>>(File.ReadAllText(Path.Combine(data.Experiment(experimentId), ResultsFile)), SpecJson.Indented) ?? [];

    // Null where the run's folder no longer holds what the row shows.
    private static Figure2Row? Row(DataFolder data, RunResult result, IconDataset? training)
    {
        var folder = new RunFolder(data.Run(result.RunId));
        var sampler = result.Spec.Sampling.Sampler;
        if (training is null
            || RunReport.ReadBest(folder.Result(result.Spec)) is not { } best
            || !best.Icons.All(icon => File.Exists(folder.SampleFile(sampler, icon.Icon))))
            return null;
        var pixels = new IconPixels(training.Pixels, training.ImageSize);
        return new(result.Spec.Model.Label, result.Scores.Features, best, i => ImageFile.Load(folder.SampleFile(sampler, i), Rgb.White), pixels.ToImage);
    }
}
