using System.Globalization;
using System.Net;
using System.Text;

namespace IconDiffusion.Reports.Novelty;

/// <summary>
/// A chart as inline SVG. Its unit is a CSS pixel at the size at which letters are easiest to read; a narrow screen shrinks it.
/// Colours come from the page's classes, so that both themes have their own.
/// </summary>
internal sealed class SvgChart(int width, int height, string title, string description)
{
    private readonly StringBuilder _marks = new();

    public int Width => width;

    public int Height => height;

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    public void Line(double x1, double y1, double x2, double y2, string css) =>
        _marks.Append($"<line class=\"{css}\" x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\"/>");

    public void Rect(double x, double y, double wide, double high, string css, string? tip = null) =>
        _marks.Append($"<rect class=\"{css}\" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(Math.Max(0, wide))}\" height=\"{Number(Math.Max(0, high))}\"").Append(Closed("rect", tip));

    public void Path(string data, string css, string? tip = null) => _marks.Append($"<path class=\"{css}\" d=\"{data}\"").Append(Closed("path", tip));

    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    public void Text(double x, double y, string text, string anchor = "start", string css = "") =>
        _marks.Append($"<text class=\"{css}\" x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>One of six shapes about 10 px wide, so that series differ in more than colour.</summary>
    public void Marker(double x, double y, int shape, string css, string? tip = null)
    {
        var (l, r, t, b) = (Number(x - 5), Number(x + 5), Number(y - 5), Number(y + 5));
        var (cx, cy) = (Number(x), Number(y));
        Path((shape % 6) switch
        {
            0 => $"M{l} {cy}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
            1 => $"M{l} {t}H{r}V{b}H{l}z",
            2 => $"M{cx} {t}L{r} {b}H{l}z",
            3 => $"M{cx} {t}L{r} {cy}L{cx} {b}L{l} {cy}z",
            4 => $"M{l} {t}H{r}L{cx} {b}z",
            _ => $"M{cx} {t}V{b}M{l} {cy}H{r}",
        }, css, tip);
    }

    /// <summary>A line of a chart's key, as an item of a list: a series' mark beside what it stands for.</summary>
    /// <param name="css">Of the mark, as in the chart.</param>
    /// <param name="text">What stands beside it; null: the name.</param>
    public static string KeyItem(int shape, string css, string name, string? text = null)
    {
        var mark = new SvgChart(16, 16, name, "its mark");
        mark.Marker(8, 8, shape, css);
        return $"<li>{mark.ToString().Replace("class=\"chart\"", "class=\"key\"", StringComparison.Ordinal)} {WebUtility.HtmlEncode(text ?? name)}</li>";
    }

    public override string ToString() =>
        $"<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode($"{title}. {description}")}\">{_marks}</svg>";

    /// <summary>The chart as a file of its own.</summary>
    /// <param name="style">CSS of the classes that its marks have.</param>
    public string ToFile(string style) =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode($"{title}. {description}")}\"><style>{style}</style>{_marks}</svg>\n";

    private static string Closed(string name, string? tip) => tip is null ? "/>" : $"><title>{WebUtility.HtmlEncode(tip)}</title></{name}>";
}
