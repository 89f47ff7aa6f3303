using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Training icons that are one picture, and how the copies fall on them: what is repeated is what is copied.</summary>
internal static class DuplicatesSection
{
    private const int Most = 8;
    private const int MostIcons = 6;

    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        var (novelty, duplicates) = (set.Novelty, set.Novelty.Duplicates);
        if (duplicates.Count == 0) return;
        var (repeated, copies) = (duplicates.Sum(group => group.Icons.Count), duplicates.Sum(group => group.Copies));
        html.Append("<h3>Training icons that are one picture</h3>\n");
        html.Append($"<p>{repeated} of {novelty.TrainingCount} training icons ({FigureText.Share((double)repeated / novelty.TrainingCount)}) are exact, near or mirrored duplicates of another. ");
        html.Append(novelty.Verdict.Copies == 0 ? "No icon is a copy of them or of any other.</p>\n"
            : $"On them fall {copies} of the {novelty.Verdict.Copies} copies ({FigureText.Share((double)copies / novelty.Verdict.Copies)}).</p>\n");
        html.Append("<ul class=\"groups\">\n");
        foreach (var group in duplicates.OrderByDescending(group => group.Copies).ThenByDescending(group => group.Icons.Count).Take(Most))
        {
            html.Append($"<li{(group.Copies > 0 ? " class=\"copied\"" : "")}><div>");
            foreach (var icon in group.Icons.Take(MostIcons)) html.Append(page.TrainingTile(set, icon, set.Training.Names[icon]));
            html.Append($"</div><span>{group.Icons.Count} times in the training set, {group.Copies} {(group.Copies == 1 ? "copy" : "copies")}</span></li>\n");
        }
        html.Append("</ul>\n");
        if (duplicates.Count > Most) html.Append($"<p class=\"note\">{duplicates.Count - Most} more groups are in the data.</p>\n");
    }
}
