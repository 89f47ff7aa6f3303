using System.Text;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>How to read the page, and what NWI alone would get wrong, with this report's own numbers where it has them.</summary>
internal static class ReadingSection
{
    public static void Write(StringBuilder html, PageParts page)
    {
        html.Append("<section id=\"reading\">\n<h2>How to read it</h2>\n<div class=\"columns\">\n");
        html.Append("<h3>The rule</h3>\n<p>An icon is called a copy when it lies closer to one training icon than nearly all training icons lie to each other. " +
            "Distance is the mean absolute difference of the pixels, the least over mirroring and small shifts, with both backgrounds made the same colour: " +
            "the ways in which a copy hides. How close is too close is not chosen: it is read off the training icons themselves.</p>\n");
        html.Append("<h3>The controls</h3>\n<p>The same code is asked about icons whose answer is known. The training icons themselves, shifted, mirrored, and on another background must come out as copies. " +
            "Held-out icons, by the same hand but never trained on, must not: what the rule says of them is its false alarm. Where a control comes out wrong, the verdict is not to be trusted, and the report says so.</p>\n");
        html.Append($"<h3>What NWI gets wrong</h3>\n{Nwi(page.Sets)}");
        html.Append("<ul><li>It subtracts a squared distance of features from a distance of pixels; rescale either, and the order of models changes.</li>" +
            "<li>FID against the training set rewards copying: 158 images give a covariance of rank 157 in 2048 dimensions, so that in a toy check even a perfect generator scores an FID of 67 to 112, and a copying machine about 3.</li>" +
            "<li>Pixel MAE is fooled: in that check an exact copy shifted by 8 pixels scores 18.3 and one on another background 16.8, where new drawings score 19.2.</li></ul>\n");
        foreach (var calibration in page.Sets.Select(set => set.Calibration).OfType<CalibrationResult>().DistinctBy(each => each.Features)) Worth(html, calibration);
        html.Append("<h3>What the verdict does not say</h3>\n<p>A copy here is a near-identical picture. Style, a character or an idea can be taken without one, and whether a likeness is unlawful is no question for a distance. " +
            "The galleries and patch maps are there so that you can look for yourself.</p>\n</div>\n</section>\n");
    }

    // As measured by `icon calibrate`.
    private static void Worth(StringBuilder html, CalibrationResult calibration)
    {
        var report = new CalibrationReport(calibration);
        html.Append($"<h3>What the figures notice</h3>\n<p>Measured on real icons with {Text(FeatureNetworks.NameOf(calibration.Features))}: how a figure moves under a disturbance, and the smallest one that it tells from none.</p>\n");
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"What the figures notice\">{report.Write(TableFormat.Html)}</div>\n");
        if (report.Nwi is { } nwi) html.Append($"<p>{Text(nwi)}</p>\n");
    }

    // The copying machine beside real new drawings, as this very report measured them.
    private static string Nwi(IReadOnlyList<ReportedSet> sets)
    {
        foreach (var set in sets)
        {
            var copycat = Figure(set, SetKind.Copycat);
            var heldOut = Figure(set, SetKind.HeldOut);
            if (copycat?.Value is { } copy && heldOut?.Value is { } original)
                return $"<p>In this report the copycat, which is the training set itself, has an NWI of <strong>{FigureText.Rounded(copy)}</strong>; new drawings by the same hand have " +
                    $"<strong>{FigureText.Rounded(original)}</strong>. {(copy > original ? "Higher is meant to be better: NWI ranks the copying machine above the artist." : "Here the order is right; with fewer held-out icons or more training icons it turns round easily.")}</p>\n";
        }
        return "<p>In a toy check a copying machine has an NWI of about −3, a perfect generator of −48 to −93: higher is meant to be better, so NWI ranks them backwards.</p>\n";
    }

    private static Figure? Figure(ReportedSet set, SetKind kind) =>
        set.Novelty.Rows.FirstOrDefault(row => row.Kind == kind)?.Figures.FirstOrDefault(figure => figure.Key == "nwi");
}
