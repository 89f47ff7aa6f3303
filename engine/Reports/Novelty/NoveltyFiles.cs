using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Novelty;

/// <summary>A novelty report in a folder: the page to look at, and the same figures for everything else.</summary>
public static class NoveltyFiles
{
    private static readonly Dictionary<string, TableFormat> Formats = new() { ["json"] = TableFormat.Json, ["csv"] = TableFormat.Csv, ["md"] = TableFormat.Markdown, ["tex"] = TableFormat.Latex };

    /// <summary>Writes <see cref="NoveltyReport.PageFile"/> and the files of <see cref="WriteTables"/>, each all or not at all.</summary>
    /// <param name="sets">At least one; shown in this order.</param>
    public static void Write(string folder, string title, IReadOnlyList<ReportedSet> sets)
    {
        WriteTables(folder, sets);
        NoveltyPage.Write(Path.Combine(folder, NoveltyReport.PageFile), title, sets);
    }

    /// <summary>Writes report.json, .csv, .md and .tex, and where the sets are of several methods methods.json, .csv, .md and .tex, each all or not at all.</summary>
    /// <returns>The files' names.</returns>
    public static IReadOnlyList<string> WriteTables(string folder, IReadOnlyList<ReportedSet> sets)
    {
        var (table, methods) = (new NoveltyTable(sets), MethodsSection.Of(sets));
        return [.. Write("report", table.Write), .. methods.Tables.Count > 0 ? Write("methods", methods.Write) : []];

        string[] Write(string name, Func<TableFormat, string> text) => [.. Formats.Select(each =>
        {
            var file = $"{name}.{each.Key}";
            AtomicFile.WriteAllText(Path.Combine(folder, file), text(each.Value));
            return file;
        })];
    }
}
