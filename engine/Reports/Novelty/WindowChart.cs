using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>A curve of a training.</summary>
/// <param name="Css">Class of its colour.</param>
/// <param name="Points">At least one: steps, values and, where it has one, the interval.</param>
internal sealed record TrainingCurve(string Label, string Css, IReadOnlyList<(long Step, double Value, (double Low, double High)? Interval)> Points);

/// <summary>What a training's looks found against the logarithm of its steps, with the safe window shaded and the best step marked.</summary>
internal static class WindowChart
{
    private const int Width = 460;
    private const int Height = 250;
    private const int Left = 56;
    private const int Right = 16;
    private const int Top = 20;
    private const int Floor = Height - 44;

    /// <param name="unit">Of the values.</param>
    /// <param name="most">Where the axis ends; null: at the largest value.</param>
    public static string Draw(string title, string unit, IReadOnlyList<TrainingCurve> curves, TrainingWindow window, double? most = null)
    {
        var all = curves.SelectMany(curve => curve.Points).ToList();
        var (first, last) = (all.Min(point => point.Step), Math.Max(all.Max(point => point.Step), all.Min(point => point.Step) + 1));
        var (low, high) = (Math.Min(0, all.Min(point => point.Value)), most ?? all.Max(point => point.Value));
        if (high <= low) high = low + 1;
        double X(double step) => Left + (Math.Log(Math.Clamp(step, first, last) / first) / Math.Log((double)last / first) * (Width - Left - Right));
        double Y(double value) => Floor - ((Math.Clamp(value, low, high) - low) / (high - low) * (Floor - Top));

        var chart = new SvgChart(Width, Height, title, string.Join("; ", curves.Select(curve => $"{curve.Label} at step {curve.Points[^1].Step}: {FigureText.Rounded(curve.Points[^1].Value)}")));
        if (window.Quality is { } quality)
            chart.Rect(X(quality.By), Top, X(window.Copying?.By ?? last) - X(quality.By), Floor - Top, "safe", $"safe window: {WindowText.Of(window)}");
        foreach (var tick in Ticks.Between(low, high))
        {
            chart.Line(Left, Y(tick), Width - Right, Y(tick), tick == 0 ? "axis" : "grid");
            chart.Text(Left - 6, Y(tick) + 4, Ticks.Text(tick), "end", "small");
        }
        // Doublings from the first look on, as many as have room.
        var room = double.NegativeInfinity;
        for (double step = first; step <= last; step *= 2)
        {
            chart.Line(X(step), Floor, X(step), Floor + 4, "axis");
            if (X(step) - room < 52) continue;
            chart.Text(X(step), Floor + 17, WindowText.Step((long)step), "middle", "small");
            room = X(step);
        }
        chart.Text(Width - Right, Floor + 36, "steps (logarithmic)", "end", "small");
        chart.Text(Left, Top - 8, unit, "start", "small");

        foreach (var (i, curve) in curves.Index())
        {
            chart.Path("M" + string.Join("L", curve.Points.Select(point => $"{SvgChart.Number(X(point.Step))} {SvgChart.Number(Y(point.Value))}")), $"curve {curve.Css}");
            foreach (var (step, value, interval) in curve.Points)
            {
                if (interval is { } range) chart.Line(X(step), Y(range.Low), X(step), Y(range.High), $"error {curve.Css}");
                chart.Marker(X(step), Y(value), i, $"mark {curve.Css}{(step == window.Best ? "" : " hollow")}", $"{curve.Label}, step {WindowText.Step(step)}: {FigureText.Rounded(value)}");
            }
        }
        return chart.ToString();
    }
}
