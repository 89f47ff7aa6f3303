using System.Globalization;
using System.Text;

namespace IconDiffusion.Reports.Novelty;

/// <summary>One distribution of a <see cref="DistanceChart"/>.</summary>
/// <param name="Css">Its colour class.</param>
internal sealed record Distribution(string Label, string Css, IReadOnlyList<double> Values);

/// <summary>
/// Histograms one above the other over one axis, so that sets can be compared where they lie; each is as high as its own
/// fullest bin, since the sets differ in size.
/// </summary>
internal static class DistanceChart
{
    private const int Width = 440;
    private const int LabelWidth = 146;
    private const int RightMargin = 14;
    private const int RowHeight = 36;
    private const int Top = 26;
    private const int Bins = 50;

    /// <param name="rows">From top to bottom.</param>
    /// <param name="threshold">Where the line stands; null: none.</param>
    public static string Draw(string title, string unit, IReadOnlyList<Distribution> rows, double? threshold, string thresholdLabel)
    {
        rows = [.. rows.Where(row => row.Values.Any(double.IsFinite))];
        var most = Range(rows, threshold);
        var floor = Top + (rows.Count * RowHeight);
        double X(double value) => LabelWidth + (value / most * (Width - LabelWidth - RightMargin));
        var medians = string.Join("; ", rows.Select(row => $"{row.Label} {Short(Median(row.Values))}"));
        var chart = new SvgChart(Width, floor + 36, title, $"Medians of the distances: {medians}.");

        if (threshold is { } limit and > 0 && limit < most)
        {
            chart.Rect(LabelWidth, Top - 6, X(limit) - LabelWidth, floor - Top + 6, "zone");
            chart.Line(X(limit), Top - 8, X(limit), floor, "limit");
            var right = X(limit) < Width - 150;
            chart.Text(right ? Math.Max(X(limit) - 4, LabelWidth) : X(limit), Top - 12, thresholdLabel, right ? "start" : "end", "small");
        }
        for (var i = 0; i < rows.Count; i++)
            Row(chart, rows[i], Top + ((i + 1) * RowHeight), most, X);

        chart.Line(LabelWidth, floor, Width - RightMargin, floor, "axis");
        foreach (var tick in Ticks.Between(0, most))
        {
            chart.Line(X(tick), floor, X(tick), floor + 4, "axis");
            chart.Text(X(tick), floor + 16, Ticks.Text(tick), "middle", "small");
        }
        chart.Text(Width - RightMargin, floor + 31, unit, "end", "small");
        return chart.ToString();
    }

    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Row(SvgChart chart, Distribution row, double floor, double most, Func<double, double> x)
    {
        chart.Text(LabelWidth - 8, floor - 12, row.Label, "end");
        chart.Text(LabelWidth - 8, floor - 1, $"n = {row.Values.Count}", "end", "tiny");
        chart.Line(LabelWidth, floor, Width - RightMargin, floor, "grid");

        var counts = new int[Bins];
        foreach (var value in row.Values.Where(value => value <= most))
            counts[Math.Clamp((int)(value / most * Bins), 0, Bins - 1)]++;
        var outside = row.Values.Count(value => value > most);
        var median = Median(row.Values);
        if (outside < row.Values.Count)
        {
            var (full, path) = ((double)counts.Max(), new StringBuilder($"M{SvgChart.Number(x(0))} {SvgChart.Number(floor)}"));
            for (var bin = 0; bin < Bins; bin++)
                path.Append(CultureInfo.InvariantCulture, $"V{SvgChart.Number(floor - (counts[bin] / full * (RowHeight - 8)))}H{SvgChart.Number(x(most * (bin + 1) / Bins))}");
            chart.Path($"{path}V{SvgChart.Number(floor)}z", $"fill {row.Css}", $"{row.Label}: median {Short(median)}, n = {row.Values.Count}");
        }
        if (median <= most) chart.Line(x(median), floor - RowHeight + 8, x(median), floor, "median");
        if (outside > 0)
            chart.Text(Width - RightMargin, floor - 10, outside == row.Values.Count ? $"median {Short(median)} →" : $"{outside} beyond →", "end", "small");
    }

    // As wide as all but a few of the real and generated icons need; noise and copies on another background may lie beyond.
    private static double Range(IReadOnlyList<Distribution> rows, double? threshold)
    {
        var ends = rows.Where(row => row.Css is not ("c-noise" or "c-copy")).Select(row =>
        {
            double[] sorted = [.. row.Values.Where(double.IsFinite).Order()];
            return sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * 0.99)];
        });
        var most = Math.Max(ends.DefaultIfEmpty(1).Max(), threshold ?? 0) * 1.08;
        return most > 0 ? most : 1;
    }

    internal static string Short(double value) => value.ToString(Math.Abs(value) switch { 0 => "0", < 0.1 => "0.000", < 1 => "0.00", < 10 => "0.0#", < 100 => "0.#", _ => "0" }, CultureInfo.InvariantCulture).Replace('-', '−');
}
