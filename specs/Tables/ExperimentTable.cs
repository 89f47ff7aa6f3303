using System.Text.Json;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Specs.Tables;

/// <summary>An experiment's tables in its folder; a report's pictures lie beside them.</summary>
public static class ExperimentTable
{
    public const string FigureFile = "figure2.png";

    public const string ResultsFile = "results.json";

    /// <summary>What <see cref="Write"/> writes.</summary>
    public static readonly EquatableList<string> Files = ["table.md", "table.json", ResultsFile];

    /// <summary>Writes table.md, table.json and <see cref="ResultsFile"/>, each all or not at all.</summary>
    /// <param name="data">Holds the folder.</param>
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
    }

    /// <summary>The results that <see cref="Write"/> left, in the order of the experiment's runs.</summary>
    /// <exception cref="JsonException">They are not of this version.</exception>
    public static IReadOnlyList<RunResult> Read(DataFolder data, string experimentId) =>
        JsonSerializer.Deserialize<List<RunResult>>(File.ReadAllText(Path.Combine(data.Experiment(experimentId), ResultsFile)), SpecJson.Indented) ?? [];
}
