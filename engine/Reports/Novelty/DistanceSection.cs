using System.Text;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>How far the icons lie from their nearest training icons, beside the controls and the training icons among themselves.</summary>
internal static class DistanceSection
{
    public static void Write(StringBuilder html, ReportedSet set)
    {
        var novelty = set.Novelty;
        html.Append("<h3>Distances to the nearest training icon</h3>\n<p class=\"note\">Where the generated icons lie left of the training icons among themselves, they are nearer than new " +
            "drawings by the same hand would be: that is copying. Where they lie like the held-out icons, it is not. The height of a histogram is relative to its own fullest bin.</p>\n<div class=\"charts\">\n");
        foreach (var training in novelty.Calibration)
        {
            Distribution[] rows =
            [
                .. Of(novelty.Rows.Where(row => !row.IsControl), training.Space),
                .. Of(novelty.Rows.Where(row => RowColour.Of(row) == "c-heldout"), training.Space),
                new("training icons", RowColour.Training, training.Values),
                .. Of(novelty.Rows.Where(row => RowColour.Of(row) is "c-copy" or "c-noise"), training.Space),
            ];
            var aligned = training.Space == DistanceSpace.Aligned;
            var part = FigureText.Share(novelty.Settings.CopyQuantile);
            var threshold = aligned ? novelty.Verdict.Threshold : Quantile(training.Values, novelty.Settings.CopyQuantile);
            var label = aligned ? $"copy: below {FigureText.Rounded(threshold ?? 0)}" : $"{part} of training icons lie nearer";
            var name = FigureText.Name(training.Space, novelty.Features);
            html.Append($"<figure><figcaption>{Text(char.ToUpperInvariant(name[0]) + name[1..])}</figcaption>{DistanceChart.Draw($"Distance to the nearest training icon, {name}", FigureText.UnitOf(training.Space), rows, threshold, label)}</figure>\n");
        }
        html.Append("</div>\n");
    }

    private static IEnumerable<Distribution> Of(IEnumerable<NoveltyRow> rows, DistanceSpace space) =>
        from row in rows
        from distances in row.Distances
        where distances.Space == space
        select new Distribution(row.Name, RowColour.Of(row), distances.Values);

    private static double? Quantile(EquatableList<double> values, double quantile) =>
        values.Count == 0 ? null : values.Order().ElementAt((int)(quantile * (values.Count - 1)));
}
