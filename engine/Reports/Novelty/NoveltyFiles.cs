using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Novelty;

/// <summary>A novelty report in a folder: the page to look at, and the same figures for everything else.</summary>
public static class NoveltyFiles
{
    private static readonly Dictionary<string, TableFormat> Formats = new()
    {
        ["report.json"] = TableFormat.Json, ["report.csv"] = TableFormat.Csv, ["report.md"] = TableFormat.Markdown, ["report.tex"] = TableFormat.Latex,
    };

    /// <summary>What <see cref="WriteTables"/> writes.</summary>
    public static readonly EquatableList<string> Tables = [.. Formats.Keys];

    /// <summary>Writes <see cref="NoveltyReport.PageFile"/> and <see cref="Tables"/>, each all or not at all.</summary>
    /// <param name="sets">At least one; shown in this order.</param>
    public static void Write(string folder, string title, IReadOnlyList<ReportedSet> sets)
    {
        WriteTables(folder, sets);
        NoveltyPage.Write(Path.Combine(folder, NoveltyReport.PageFile), title, sets);
    }

    /// <summary>Writes report.json, .csv, .md and .tex, each all or not at all.</summary>
    public static void WriteTables(string folder, IReadOnlyList<ReportedSet> sets)
    {
        var table = new NoveltyTable(sets);
        foreach (var (file, format) in Formats)
            AtomicFile.WriteAllText(Path.Combine(folder, file), table.Write(format));
    }
}
