using IconDiffusion.Engine.Files;
using IconDiffusion.Engine.Reports;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Experiments;

/// <summary>An experiment's table in its folder.</summary>
public static class ExperimentTable
{
    /// <summary>Writes table.md and table.json, each all or not at all.</summary>
    /// <param name="results">In the order of the experiment's runs; without any, nothing is written.</param>
    public static void Write(string folder, IReadOnlyList<RunResult> results)
    {
        if (results.Count == 0) return;
        var table = new Table2(results);
        AtomicFile.WriteAllText(Path.Combine(folder, "table.md"), table.Write(TableFormat.Markdown));
        AtomicFile.WriteAllText(Path.Combine(folder, "table.json"), table.Write(TableFormat.Json));
    }
}
