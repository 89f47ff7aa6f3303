using IconDiffusion.Imaging;
using IconDiffusion.Reports.Tables;

namespace IconDiffusion.Reports.Novelty;

/// <summary>A novelty report in a folder: the page to look at, and the same figures for everything else.</summary>
public static class NoveltyFiles
{
    public const string Page = "report.html";

    /// <summary>Writes <see cref="Page"/> and report.json, .csv, .md and .tex, each all or not at all.</summary>
    /// <param name="sets">At least one; shown in this order.</param>
    public static void Write(string folder, string title, IReadOnlyList<ReportedSet> sets)
    {
        var table = new NoveltyTable(sets);
        foreach (var (extension, format) in ((string, TableFormat)[])[("json", TableFormat.Json), ("csv", TableFormat.Csv), ("md", TableFormat.Markdown), ("tex", TableFormat.Latex)])
            AtomicFile.WriteAllText(Path.Combine(folder, $"report.{extension}"), table.Write(format));
        NoveltyPage.Write(Path.Combine(folder, Page), title, sets);
    }
}
