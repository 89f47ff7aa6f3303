using IconDiffusion.Engine.Comparisons;
using IconDiffusion.Engine.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Client.Output;

/// <summary>Comparisons for people: the table, its notes, what was expected.</summary>
internal static class ComparisonView
{
    public static IEnumerable<IRenderable> Render(IReadOnlyList<SetComparison> comparisons, bool besidePreprint, IEnumerable<string> remarks)
    {
        var table = new ComparisonTable(comparisons, besidePreprint);
        var view = new Table().Border(TableBorder.Simple);
        foreach (var (i, name) in table.Header.Index())
            view.AddColumn(name, column =>
            {
                if (i > 0)
                    column.RightAligned();
            });
        foreach (var row in table.Cells)
            view.AddRow([.. row.Select(Markup.Escape)]);
        yield return view;
        yield return new Text(string.Join('\n',
        [
            .. table.Footnotes,
            .. comparisons.SelectMany(each => new[] { each.First, each.Second }).DistinctBy(set => set.Name).SelectMany(Skipped),
            .. comparisons.Select(each => each.Novelty?.Verdict.Sentence is { } verdict ? $"{each.Name}: {verdict}" : null).OfType<string>(),
            .. remarks,
        ]));
    }

    private static IEnumerable<string> Skipped(ComparedSet set) => set.Skipped.Select(file => $"left out  {set.Name}: {file.Name}: {file.Reason}");
}
