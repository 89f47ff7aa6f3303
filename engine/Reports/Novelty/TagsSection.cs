using System.Text;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Whether runs that were told tags draw what they are asked for, and what that costs: parts shown beside copies, over the guidance.</summary>
internal static class TagsSection
{
    private static readonly string[] Asked = ["asked-shown", "asked-all", "asked-by-chance", "asked-training"];

    /// <summary>A line for each set whose icons were asked for by their parts, in the order of its guidance.</summary>
    public static void Write(StringBuilder html, PageParts page)
    {
        ReportedSet[] sets = [.. page.Sets.Where(set => Part(set, Asked[0]) is not null).OrderBy(set => set.Run!.Spec.Model.Label, StringComparer.Ordinal).ThenBy(IsHeldOut).ThenBy(Guidance)];
        if (sets.Length == 0) return;
        html.Append("<h3 id=\"asked\">Asked for and shown</h3>\n<p class=\"note\">Each icon was drawn with the tags of a training icon, or of a held-out icon where the set says so, which name its parts; the judge of parts says which of them it shows. " +
            "Guidance 0 does not listen, 1 is as trained; a GAN has none. Copies are those of the page's verdict, and those by parts are icons whose parts are all known and were trained on together. In brackets: 95 % intervals, Wilson's of the parts asked for.</p>\n" +
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Asked for and shown\"><table class=\"figures\"><thead><tr><th scope=\"col\">set</th><th scope=\"col\">guidance</th>");
        foreach (var key in Asked) html.Append($"<th scope=\"col\">{Text(FigureText.Label(key, ""))}</th>");
        html.Append($"<th scope=\"col\">{Text(FigureText.Label("copies", ""))}</th><th scope=\"col\">copies by parts</th></tr></thead><tbody>\n");
        foreach (var set in sets)
        {
            html.Append($"<tr><th scope=\"row\"><a href=\"#{page.Id(set)}\">{Text(page.Name(set))}</a></th><td>{(Guidance(set) is { } guidance ? FigureText.Rounded(guidance) : FigureText.None)}</td>");
            foreach (var figure in Asked.Select(key => Part(set, key)).Append(set.Figure("copies")).Append(Part(set, "copy")))
                html.Append($"<td>{Text(FigureText.Value(figure))}<small>{FigureText.Interval(figure)}</small></td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n");
    }

    private static bool IsHeldOut(ReportedSet set) => set.Run?.Spec.Sampling.Sampler is AskedSpec { TagsOf: TagsOf.HeldOut };

    // Null: of a GAN, which has none.
    private static double? Guidance(ReportedSet set) => set.Run?.Spec.Sampling.Sampler is ReverseSpec sampler ? sampler.Guidance ?? 1 : null;

    private static Figure? Part(ReportedSet set, string key) => set.Parts?.Figures.FirstOrDefault(figure => figure.Key == key);
}
