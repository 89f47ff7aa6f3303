using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Each set in one line of pictures: its first icons, and the icons nearest to a training icon beside it.</summary>
internal static class GlanceSection
{
    private const int Icons = 8;
    private const int Pairs = 4;

    public static void Write(StringBuilder html, PageParts page)
    {
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Each set at a glance\"><table class=\"glance\"><thead><tr><th scope=\"col\">set</th>" +
            "<th scope=\"col\">its first icons</th><th scope=\"col\">the nearest to a training icon, each before it</th></tr></thead>\n<tbody>\n");
        foreach (var set in page.Sets)
        {
            html.Append($"<tr><th scope=\"row\"><a href=\"#{page.Id(set)}\">{Text(page.Name(set))}</a></th><td><div class=\"strip\">");
            foreach (var icon in set.Novelty.Icons.Take(Icons)) html.Append(page.GeneratedTile(set, icon.Icon, $"generated icon {icon.Icon}"));
            html.Append("</div></td><td><div class=\"strip\">");
            foreach (var icon in set.Novelty.Icons.OrderBy(GallerySection.Distance).ThenBy(icon => icon.Icon).Take(Pairs))
            {
                var nearest = icon.Nearest.FirstOrDefault(each => each.Space == DistanceSpace.Aligned) ?? icon.Nearest[0];
                html.Append($"<span class=\"twins{(icon.IsCopy ? " copy" : "")}\">{page.GeneratedTile(set, icon.Icon, $"generated icon {icon.Icon}{(icon.IsCopy ? ", a copy" : "")}")}");
                html.Append($"{page.TrainingTile(set, nearest.Index, $"its nearest training icon: {nearest.Name}", nearest.Mirrored)}</span>");
            }
            html.Append("</div></td></tr>\n");
        }
        html.Append("</tbody></table></div>\n<p class=\"note\">Framed: called a copy. Training icons are mirrored where the icon is nearest to the mirrored one.</p>\n");
    }
}
