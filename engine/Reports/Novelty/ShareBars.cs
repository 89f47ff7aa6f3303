using System.Globalization;
using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>One bar: <paramref name="Copies"/> of <paramref name="Count"/>.</summary>
/// <param name="Low">Lower end of the share's interval, 0…1; null: none.</param>
/// <param name="Link">Where the label leads; null: nowhere.</param>
internal sealed record ShareBar(string Label, string Css, int Copies, int Count, double? Low, double? High, string? Link = null)
{
    public double Share => Count == 0 ? 0 : (double)Copies / Count;
}

/// <summary>Shares as bars in a table, so that they are read out as the numbers that they are.</summary>
internal static class ShareBars
{
    public static string Draw(string caption, IReadOnlyList<ShareBar> bars)
    {
        var html = new StringBuilder($"<table class=\"bars\"><caption class=\"hidden\">{Text(caption)}</caption><tbody>\n");
        foreach (var bar in bars)
        {
            var label = bar.Link is null ? Text(bar.Label) : $"<a href=\"{bar.Link}\">{Text(bar.Label)}</a>";
            html.Append($"<tr class=\"{bar.Css}\"><th scope=\"row\">{label}</th><td class=\"track\"><span class=\"bar\" style=\"width:{Percent(bar.Share)}\"></span>");
            if (bar is { Low: { } low, High: { } high }) html.Append($"<span class=\"range\" style=\"left:{Percent(low)};width:{Percent(Math.Min(high, 1) - low)}\"></span>");
            html.Append($"</td><td><strong>{FigureText.Share(bar.Share)}</strong> <span class=\"of\">{bar.Copies} of {bar.Count}</span></td></tr>\n");
        }
        return html.Append("</tbody></table>\n").ToString();
    }

    /// <summary>For a style; 0…1 as 0…100 %.</summary>
    internal static string Percent(double share) => $"{(Math.Clamp(share, 0, 1) * 100).ToString("0.##", CultureInfo.InvariantCulture)}%";
}
