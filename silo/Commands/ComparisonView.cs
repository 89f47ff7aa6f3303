using IconDiffusion.Client.Output;
using IconDiffusion.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Silo.Commands;

/// <summary>Comparisons for people: the table, its notes, what was expected.</summary>
internal static class ComparisonView
{
    public static IEnumerable<IRenderable> Render(IReadOnlyList<SetComparison> comparisons, bool besidePreprint, IEnumerable<string> remarks)
    {
        var table = new ComparisonTable(comparisons, besidePreprint);
        yield return TableView.Of(table.Header, table.Cells);
        yield return Speech.Text(string.Join('\n',
        [
            .. table.Footnotes,
            .. comparisons.SelectMany(each => new[] { each.First, each.Second }).DistinctBy(set => set.Name).SelectMany(Skipped),
            .. comparisons.Select(each => each.Novelty?.Verdict.Sentence is { } verdict ? $"{each.Name}: {verdict}" : null).OfType<string>(),
            .. remarks,
        ]));
    }

    private static IEnumerable<string> Skipped(ComparedSet set) => set.Skipped.Select(file => $"left out  {set.Name}: {file.Name}: {file.Reason}");
}
