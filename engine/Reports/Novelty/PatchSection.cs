using System.Globalization;
using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Chimera maps: which training icon each patch of an icon resembles most. A copy is one colour, a collage a few, a new drawing many.</summary>
internal static class PatchSection
{
    private const int Colours = 6;
    private const int InRow = 4;

    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        IconNovelty[] mapped = [.. set.Novelty.Icons.Where(icon => icon.Sources.Map is not null)];
        html.Append("<h3>Where the patches come from</h3>\n<p class=\"note\">Each patch is laid over in the colour of the training icon that it resembles most, " +
            "fainter where the resemblance is weak; background stays clear. A copy shows one colour, a collage a few in large fields, a new drawing many.</p>\n<div class=\"charts\">\n");
        html.Append(Spread("Share of an icon's patches that its largest source has", "share of patches",
            [.. set.Novelty.Icons.Select(icon => icon.Sources.LargestShare * 100)], "%"));
        html.Append(Spread("Training icons that an icon's patches come from", "different training icons",
            [.. set.Novelty.Icons.Select(icon => (double)icon.Sources.Distinct)], ""));
        html.Append("</div>\n");
        if (mapped.Length == 0) return;

        // Chosen by a rule: the purest, the most mixed, the first.
        IconNovelty[] pure = [.. mapped.OrderByDescending(icon => icon.Sources.LargestShare).ThenBy(GallerySection.Distance).Take(InRow)];
        IconNovelty[] mixed = [.. mapped.Except(pure).OrderBy(icon => icon.Sources.LargestShare).ThenByDescending(icon => icon.Sources.Distinct).Take(InRow)];
        IconNovelty[] first = [.. mapped.Except(pure).Except(mixed).OrderBy(icon => icon.Icon).Take(InRow)];
        foreach (var (title, icons) in ((string, IconNovelty[])[])[("Most from one source", pure), ("Most mixed", mixed), ("The first others", first)])
        {
            if (icons.Length == 0) continue;
            html.Append($"<h4>{title}</h4>\n<div class=\"maps\" tabindex=\"0\" role=\"group\" aria-label=\"{title}\">\n");
            foreach (var icon in icons) Map(html, page, set, icon, icon.Sources.Map!);
            html.Append("</div>\n");
        }
    }

    private static void Map(StringBuilder html, PageParts page, ReportedSet set, IconNovelty icon, PatchMap map)
    {
        // The most frequent sources have colours of their own, the others share one.
        (int Source, int Patches)[] sources =
        [
            .. map.Icons.Where(source => source >= 0).GroupBy(source => source)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Select(group => (group.Key, group.Count())),
        ];
        var total = Math.Max(1, sources.Sum(source => source.Patches));
        var colours = sources.Take(Colours).Select((source, i) => (source.Source, i)).ToDictionary();
        string Css(int source) => colours.TryGetValue(source, out var colour) ? $"p{colour}" : "px";

        html.Append($"<figure class=\"map\"><div class=\"pair\">{page.GeneratedTile(set, icon.Icon, $"generated icon {icon.Icon}")}");
        html.Append($"<div class=\"over\">{page.GeneratedTile(set, icon.Icon, "")}{Overlay(map, Css, $"patch sources of icon {icon.Icon}: {icon.Sources.Distinct} training icons, the largest has {FigureText.Share(icon.Sources.LargestShare)}")}</div></div>");
        html.Append("<div class=\"stack\" aria-hidden=\"true\">");
        foreach (var (source, patches) in sources.Take(Colours))
            html.Append($"<span class=\"{Css(source)}\" style=\"width:{ShareBars.Percent((double)patches / total)}\"></span>");
        html.Append($"</div><figcaption>no. {icon.Icon}{(icon.IsCopy ? " <b class=\"badge\">copy</b>" : "")}: {icon.Sources.Distinct} {(icon.Sources.Distinct == 1 ? "source" : "sources")}, largest {FigureText.WholeShare(icon.Sources.LargestShare)}</figcaption>\n<ul class=\"legend\">");
        foreach (var (source, patches) in sources.Take(Colours))
            html.Append($"<li class=\"{Css(source)}\">{page.TrainingTile(set, source, set.Training.Names[source])}<span>{FigureText.WholeShare((double)patches / total)}</span></li>");
        if (sources.Length > Colours)
            html.Append($"<li class=\"px\"><span class=\"rest\">+{sources.Length - Colours}</span><span>{FigureText.WholeShare((double)sources.Skip(Colours).Sum(source => source.Patches) / total)}</span></li>");
        html.Append("</ul></figure>\n");
    }

    private static string Overlay(PatchMap map, Func<int, string> css, string description)
    {
        var svg = new StringBuilder($"<svg viewBox=\"0 0 {map.Side} {map.Side}\" role=\"img\" aria-label=\"{Text(description)}\">");
        for (var i = 0; i < map.Icons.Count; i++)
        {
            if (map.Icons[i] < 0) continue;
            // 0 levels apart: nearly opaque; 40 and more, about as far as unrelated patches: hardly there.
            var opacity = 0.72 - (0.52 * Math.Clamp(map.Distances[i] / 40, 0, 1));
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{css(map.Icons[i])}\" x=\"{i % map.Side}\" y=\"{i / map.Side}\" width=\"1\" height=\"1\" fill-opacity=\"{opacity:0.##}\"/>");
        }
        // Lines where the source changes: the seams of a collage.
        var seams = new StringBuilder();
        for (var y = 0; y < map.Side; y++)
            for (var x = 0; x < map.Side; x++)
            {
                var here = map.Icons[(y * map.Side) + x];
                if (x + 1 < map.Side && map.Icons[(y * map.Side) + x + 1] != here) seams.Append($"M{x + 1} {y}v1");
                if (y + 1 < map.Side && map.Icons[((y + 1) * map.Side) + x] != here) seams.Append($"M{x} {y + 1}h1");
            }
        return svg.Append($"<path class=\"seam\" d=\"{seams}\"/></svg>").ToString();
    }

    private static string Spread(string title, string unit, IReadOnlyList<double> values, string suffix) =>
        values.Count == 0 ? "" : $"<figure><figcaption>{title}</figcaption>{HistogramChart.Draw(title, unit, values, suffix)}</figure>\n";
}
