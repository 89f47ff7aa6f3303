using System.Text;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>All of one set: gallery, distances, safe window, patch sources, duplicates, figures. Closed at first where there are several.</summary>
internal static class RunSection
{
    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        var verdict = set.Novelty.Verdict;
        html.Append($"<details class=\"run\" id=\"{page.Id(set)}\"{(page.Sets.Count == 1 ? " open" : "")}>\n<summary><h2>{Text(page.Name(set))}</h2>");
        html.Append($"<span class=\"count{(verdict.Copies > 0 ? " some" : "")}\">{verdict.Copies} of {verdict.Count} {(verdict.Copies == 1 ? "is a copy" : "are copies")}</span></summary>\n");
        if (page.Sets.Count > 1) html.Append($"<p class=\"sentence\">{Text(verdict.Sentence)}</p>\n");
        GallerySection.Write(html, page, set);
        ContentSection.Write(html, set);
        DistanceSection.Write(html, set);
        WindowSection.Write(html, page, set);
        PatchSection.Write(html, page, set);
        DuplicatesSection.Write(html, page, set);
        if (set.Parts is not null) PartsSection.WriteIcons(html, page, set);
        EnlargedSection.Write(html, page, set);
        FiguresSection.Write(html, page, set);
        html.Append("</details>\n");
    }
}
