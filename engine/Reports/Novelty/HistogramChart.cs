namespace IconDiffusion.Reports.Novelty;

/// <summary>How often each value comes, one bar for each step.</summary>
internal static class HistogramChart
{
    private const int Width = 460;
    private const int Height = 170;
    private const int Left = 40;
    private const int Floor = Height - 40;
    private const int Right = 24;
    private const int Top = 12;

    /// <param name="values">Zero or more, at least one of them.</param>
    /// <param name="suffix"><c>%</c>: the axis goes from 0 to 100 in steps of 5; empty: whole numbers.</param>
    public static string Draw(string title, string unit, IReadOnlyList<double> values, string suffix)
    {
        var percent = suffix == "%";
        var step = percent ? 5 : Math.Max(1, Math.Ceiling(values.Max() / 30));
        var bins = percent ? 20 : (int)Math.Floor(values.Max() / step) + 1;
        var counts = new int[bins];
        foreach (var value in values) counts[Math.Clamp((int)(value / step), 0, bins - 1)]++;

        var median = DistanceChart.Median(values);
        var chart = new SvgChart(Width, Height, title, $"Median {DistanceChart.Short(median)}{suffix} over {values.Count} icons.");
        double X(double value) => Left + (value / (bins * step) * (Width - Left - Right));
        double Y(double count) => Floor - (count / counts.Max() * (Floor - Top));
        foreach (var tick in Ticks.Between(0, counts.Max(), 3).Where(tick => tick == Math.Floor(tick)))
        {
            chart.Line(Left, Y(tick), Width - Right, Y(tick), "grid");
            chart.Text(Left - 6, Y(tick) + 4, Ticks.Text(tick), "end", "small");
        }
        for (var bin = 0; bin < bins; bin++)
            if (counts[bin] > 0)
                chart.Rect(X(bin * step) + 0.5, Y(counts[bin]), X(step) - X(0) - 1, Floor - Y(counts[bin]), "fill c-generated",
                    $"{counts[bin]} icons with {Ticks.Text(bin * step)}{(step > 1 ? $"…{Ticks.Text((bin + 1) * step)}" : "")}{suffix}");
        chart.Line(Left, Floor, Width - Right, Floor, "axis");
        // A whole number with a bar of its own stands under its middle.
        var middle = step == 1 ? 0.5 : 0;
        foreach (var tick in Ticks.Between(0, (bins * step) - middle, 6).Where(tick => tick == Math.Floor(tick)))
            chart.Text(X(tick + middle), Floor + 15, $"{Ticks.Text(tick)}{(percent ? " %" : "")}", "middle", "small");
        chart.Text(Width - Right, Floor + 32, unit, "end", "small");
        return chart.ToString();
    }
}
