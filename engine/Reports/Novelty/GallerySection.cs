using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>
/// Icons beside the training icons nearest to them, chosen by a rule and not by eye: those called copies, the first ones, the least
/// novel and the most novel by aligned distance.
/// </summary>
internal static class GallerySection
{
    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        html.Append("<h3>The icons and what they are nearest to</h3>\n<p class=\"note\">Each icon stands beside the training icon nearest to it in each space; " +
            "below is the difference, doubled, white where both are equal. The distance is followed by its percentile: 3 % says that " +
            "3 % of training icons lie nearer to another training icon than this one does to its nearest. ⇄ mirrored; shifts are in pixels.</p>\n");
        var shown = new HashSet<int>();
        foreach (var (title, icons) in Rows(page, set.Novelty))
        {
            if (icons.Count == 0) continue;
            html.Append($"<h4>{Text(title)}</h4>\n<div class=\"cards\" tabindex=\"0\" role=\"group\" aria-label=\"{Text(title)}\">\n");
            foreach (var icon in icons) Card(html, page, set, icon);
            html.Append("</div>\n");
        }
    }

    /// <summary>What is shown, in order, each icon in each row that it belongs to but the copies only once.</summary>
    internal static IEnumerable<(string Title, IReadOnlyList<IconNovelty> Icons)> Rows(PageParts page, NoveltyReport novelty)
    {
        IconNovelty[] byDistance = [.. novelty.Icons.OrderBy(Distance).ThenBy(icon => icon.Icon)];
        IconNovelty[] copies = [.. byDistance.Where(icon => icon.IsCopy).Take(page.MostCopies)];
        var all = novelty.Verdict.Copies;
        yield return (all <= copies.Length ? $"Called copies: {all}, closest first" : $"Called copies: the closest {copies.Length} of {all}", copies);
        yield return ($"The first {Math.Min(page.RowLength, novelty.Icons.Count)}", [.. novelty.Icons.Take(page.RowLength)]);
        yield return ("Least novel of the others", [.. byDistance.Where(icon => !icon.IsCopy).Take(page.RowLength)]);
        yield return ("Most novel", [.. byDistance.Reverse().Take(page.RowLength)]);
    }

    /// <summary>Aligned where the report has it, as the verdict's rule.</summary>
    internal static double Distance(IconNovelty icon) =>
        (icon.Nearest.FirstOrDefault(nearest => nearest.Space == DistanceSpace.Aligned) ?? icon.Nearest[0]).Distance;

    private static void Card(StringBuilder html, PageParts page, ReportedSet set, IconNovelty icon)
    {
        html.Append($"<figure class=\"card{(icon.IsCopy ? " copy" : "")}\">\n<div class=\"own\">{page.GeneratedTile(set, icon.Icon, $"generated icon {icon.Icon}")}");
        html.Append($"<figcaption>no. {icon.Icon}{(icon.IsCopy ? " <b class=\"badge\">copy</b>" : "")}</figcaption></div>\n");
        foreach (var nearest in icon.Nearest)
        {
            html.Append($"<div class=\"near\"><span class=\"space\">{Short(nearest.Space)}</span>");
            html.Append(page.TrainingTile(set, nearest.Index, $"nearest training icon in {FigureText.Name(nearest.Space, set.Novelty.Features)}: {nearest.Name}", nearest.Mirrored));
            html.Append(page.DifferenceTile(set, icon.Icon, nearest));
            html.Append($"<span class=\"value\">{FigureText.Rounded(nearest.Distance)}</span><span class=\"value\">{(nearest.Percentile is { } percentile ? FigureText.WholeShare(percentile / 100) : FigureText.None)}</span>");
            html.Append($"<span class=\"moved\">{Moved(nearest)}</span></div>\n");
        }
        html.Append("</figure>\n");
    }

    private static string Short(DistanceSpace space) => space switch
    {
        DistanceSpace.Pixel => "pixels",
        DistanceSpace.Aligned => "aligned",
        DistanceSpace.Feature => "features",
        _ => "descriptor",
    };

    private static string Moved(NearestIcon nearest)
    {
        var shift = (nearest.ShiftX, nearest.ShiftY) == (0, 0) ? "" : $"{Signed(nearest.ShiftX)},{Signed(nearest.ShiftY)}";
        return nearest.Mirrored ? $"⇄ {shift}".TrimEnd() : shift;
    }

    private static string Signed(int pixels) => pixels > 0 ? $"+{pixels}" : $"{pixels}".Replace('-', '−');
}
