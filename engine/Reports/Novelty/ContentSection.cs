using System.Text;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>What the rule for copies does not see of a style transfer, which takes its shapes from somebody's icons.</summary>
internal static class ContentSection
{
    public static void Write(StringBuilder html, ReportedSet set)
    {
        if (set.Run?.Scores is not { ContentMae: { } content } scores) return;
        html.Append("<h3>Content icons</h3>\n<p>Each of these icons keeps the shapes of a content icon, so they are as new as its style only. ")
            .Append($"From its own content icon an icon differs by {FigureText.Rounded(content)} of 255 on average, from the training icon nearest to it by {FigureText.Rounded(scores.Mae)}. ")
            .Append("The rule for copies compares with the training icons alone.</p>\n");
    }
}
