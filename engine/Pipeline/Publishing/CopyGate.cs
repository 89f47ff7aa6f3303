using System.Globalization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>An icon that is not published, as the novelty report calls it a copy.</summary>
/// <param name="Icon">Its number.</param>
/// <param name="Source">The training icon that it is a copy of.</param>
/// <param name="SourceIndex">In the training set, from 0.</param>
/// <param name="Distance">In that space.</param>
/// <param name="Mirrored">Whether the copy has left and right swapped.</param>
/// <param name="ShiftX">How far it is moved to the right, pixels.</param>
/// <param name="ShiftY">How far down.</param>
public sealed record LeftOutIcon(int Icon, string Source, int SourceIndex, DistanceSpace Space, double Distance, bool Mirrored, int ShiftX, int ShiftY);

/// <summary>Which of a report's icons may leave the house.</summary>
public static class CopyGate
{
    /// <summary>
    /// Controls that are copies by construction: a report that misses them sees no copies, so that its silence means nothing. Another
    /// background is not among them, as icons that fill their square have none.
    /// </summary>
    public static EquatableList<SetKind> CopyControls { get; } = [SetKind.Copycat, SetKind.Shifted, SetKind.Mirrored];

    /// <summary>The part of them that a report has to call copies.</summary>
    public const double LeastFlagged = 0.99;

    /// <summary>
    /// The icons that the report calls copies, with their sources. That it calls held-out icons copies too refuses nothing: such a report
    /// leaves out more than it must.
    /// </summary>
    /// <exception cref="ExperimentException">The report has not seen its own controls as the copies that they are.</exception>
    public static IReadOnlyList<LeftOutIcon> LeftOut(NoveltyReport report)
    {
        Check(report);
        return [.. report.Icons.Where(icon => icon.IsCopy).Select(LeftOut)];
    }

    /// <summary>That a report sees copies at all.</summary>
    /// <exception cref="ExperimentException">It has not seen its own controls as the copies that they are.</exception>
    public static void Check(NoveltyReport report)
    {
        var seen = report.Rows.Where(row => row.IsControl && CopyControls.Contains(row.Kind)).ToArray();
        if (seen.Length == 0)
            throw new ExperimentException($"The novelty report of {report.Title} has none of the controls {string.Join(", ", CopyControls.Select(kind => kind.Name()))}, so nobody knows whether it sees copies; 'icon report' makes it anew.");
        if (seen.FirstOrDefault(row => row.Copies < LeastFlagged * row.Count) is { } missed)
            throw new ExperimentException(string.Create(CultureInfo.InvariantCulture,
                $"The novelty report of {report.Title} calls only {missed.Copies} of {missed.Count} icons of its control '{missed.Name}' copies; wanted {LeastFlagged:P0}. It can't tell which icons are copies, so nothing is published."));
    }

    // The rule is about the aligned distance.
    private static LeftOutIcon LeftOut(IconNovelty icon)
    {
        var source = icon.Nearest.FirstOrDefault(each => each.Space == DistanceSpace.Aligned) ?? icon.Nearest[0];
        return new(icon.Icon, source.Name, source.Index, source.Space, source.Distance, source.Mirrored, source.ShiftX, source.ShiftY);
    }
}
