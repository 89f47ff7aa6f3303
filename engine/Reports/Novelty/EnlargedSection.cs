using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Whether a stage of a cascade enlarges held-out icons better than interpolation does: figures, what it gains, and a picture.</summary>
internal static class EnlargedSection
{
    /// <summary>Of a set whose run enlarges icons; of others nothing.</summary>
    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        if (set.Enlarged is not { Report: var report } enlarged) return;
        html.Append("<h3>Enlarging held-out icons</h3>\n");
        if (report.Count == 0)
        {
            html.Append("<p>No icons were held out, so nothing says how well it enlarges icons that it has not seen.</p>\n");
            return;
        }
        html.Append($"<p class=\"sentence\">{Text(Sentence(report))}</p>\n");
        html.Append("<p class=\"note\">Icons that were held out, made small as in training and enlarged again, beside Pillow's bicubic and Lanczos interpolation of the same small icons. The run invents what is finer, " +
            "which pixel by pixel costs more than blur does: PSNR favours blur, SSIM less so, feature distance least. In brackets: 95 % intervals over icons; those of a gain are paired icon by icon.</p>\n");
        Table(html, page, set, report);
        if (enlarged.Picture is { } picture)
            html.Append($"<img alt=\"Rows from the top: the original icons, made small, enlarged by bicubic and Lanczos interpolation and by the run\" src=\"data:image/png;base64,{Convert.ToBase64String(picture)}\">\n" +
                "<p class=\"note\">Rows from the top: the original icons, made small, enlarged by bicubic and Lanczos interpolation and by the run</p>\n");
        html.Append("<dl>");
        foreach (var figure in report.Rows[0].Figures)
            html.Append($"<dt>{Text(FigureText.Label(figure.Key, report.Features))}</dt><dd>{Text(FigureCatalogue.Of(figure.Key).Definition)}</dd>");
        html.Append("</dl>\n");
    }

    private static void Table(StringBuilder html, PageParts page, ReportedSet set, EnlargedReport report)
    {
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Enlarging held-out icons\"><table class=\"figures\"><thead><tr><th scope=\"col\">enlarged by</th>");
        foreach (var figure in report.Rows[0].Figures) html.Append($"<th scope=\"col\">{Text(FigureText.Label(figure.Key, report.Features))}</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var row in report.Rows) Row(EnlargedRow.Name(row.By), row.Figures);
        foreach (var row in report.Rows.Where(row => row.Gains.Count > 0)) Row($"the run less {EnlargedRow.Name(row.By)}", row.Gains);
        html.Append("</tbody></table></div>\n");
        foreach (var note in report.Rows.SelectMany(row => row.Figures).Select(figure => figure.Note).OfType<string>().Distinct())
            html.Append($"<p class=\"note\">{Text(note)}</p>\n");

        void Row(string name, IEnumerable<Figure> figures)
        {
            html.Append($"<tr><th scope=\"row\">{Text(name)}</th>");
            foreach (var figure in figures) html.Append($"<td>{Text(FigureText.Value(figure))}<small>{FigureText.Interval(figure)}</small></td>");
            html.Append("</tr>\n");
        }
    }

    /// <summary>What the features say, the one figure that does not reward blur: the run against the better interpolation.</summary>
    internal static string Sentence(EnlargedReport report)
    {
        var best = report.Rows.Where(row => row.By != EnlargedBy.Stage).MinBy(row => row.Figures[^1].Value)!;
        var (name, gain) = (EnlargedRow.Name(best.By), best.Gains[^1]);
        return gain switch
        {
            { High: < 0 } => $"Of {report.Count} held-out icons, what the run makes is nearer to the original in features than {name} interpolation is.",
            { Low: > 0 } => $"Of {report.Count} held-out icons, {name} interpolation is nearer to the original in features than what the run makes.",
            _ => $"Of {report.Count} held-out icons, whether the run or {name} interpolation is nearer to the original in features is not settled.",
        };
    }
}
