using System.Text;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Where the safe window opens and closes against the number of training icons, a chart for each model.</summary>
internal static class WindowGrowthSection
{
    private const int Width = 460;
    private const int Height = 290;
    private const int Left = 64;
    private const int Right = 20;
    private const int Top = 14;
    private const int Floor = Height - 44;

    // Of the two times: a name, a colour, and the slope that the paper predicts.
    private static readonly (string Name, string Css, double Predicted, Func<TrainingWindow, StepSpan?> Span)[] Times =
    [
        ("copying begins", "c-generated", 1, window => window.Copying),
        ("quality has arrived", "c-training", 0, window => window.Quality),
    ];

    public static void Write(StringBuilder html, PageParts page)
    {
        var models = page.Sets.Where(set => set.Looks.Count > 0 && set.Repeat is null).GroupBy(set => (Label: page.Label(set), Source: set.Run is { } run ? run.Spec.Dataset with { Count = null } : null))
            .Where(runs => runs.Select(set => set.DistinctTraining).Distinct().Count() > 1).ToList();
        if (models.Count == 0) return;
        html.Append("<h3>The safe window against the size of the training set</h3>\n<div class=\"charts\">\n");
        foreach (var model in models)
        {
            var runs = model.Select(set => (Icons: set.DistinctTraining, Window: WindowRule.Of(set.Looks)!)).ToList();
            html.Append($"<figure><figcaption>{Text(model.Key.Label)}</figcaption>{Draw(model.Key.Label, runs)}<ul class=\"keys\">");
            foreach (var (i, (name, css, predicted, span)) in Times.Index())
                html.Append(SvgChart.KeyItem(i, $"mark {css}", name, Sentence(name, predicted, runs.Count, Spans(runs, span))));
            html.Append("</ul></figure>\n");
        }
        html.Append("</div>\n<p class=\"note\">Bars: from the last look before to the first look at which it is so. Hollow: not seen by the run's last look. In brackets: the slope's 95 % interval over runs. " +
            "Bonnaire et al. 2025 (arXiv 2505.17638) predict that copying begins after steps in proportion to the number of icons and that quality arrives after steps that do not depend on it.</p>\n");
    }

    private static List<(int Icons, StepSpan Time)> Spans(List<(int Icons, TrainingWindow Window)> runs, Func<TrainingWindow, StepSpan?> span) =>
        [.. runs.Where(run => span(run.Window) is not null).Select(run => (run.Icons, span(run.Window)!))];

    private static string Sentence(string name, double predicted, int runs, List<(int, StepSpan)> times) =>
        $"{name} in {times.Count} of {runs} runs" + (WindowGrowth.Of(times) is not { } growth ? ""
            : $"; steps grow as icons to the power of {FigureText.Rounded(growth.Slope)} [{FigureText.Rounded(growth.Low)}, {FigureText.Rounded(growth.High)}] (predicted: {predicted})");

    private static string Draw(string title, List<(int Icons, TrainingWindow Window)> runs)
    {
        int[] sizes = [.. runs.Select(run => run.Icons).Distinct().Order()];
        var steps = runs.SelectMany(run => Times.Select(time => time.Span(run.Window)).OfType<StepSpan>().SelectMany(span => new[] { span.After, span.By }).Append(run.Window.Step)).Where(step => step > 0).ToList();
        var (left, right) = (Math.Log(sizes[0] * 0.85), Math.Log(sizes[^1] * 1.18));
        var (low, high) = (Math.Log(steps.Min() * 0.8), Math.Log(steps.Max() * 1.25));
        double X(double icons) => Left + ((Math.Log(icons) - left) / (right - left) * (Width - Left - Right));
        double Y(double step) => Floor - ((Math.Clamp(Math.Log(step), low, high) - low) / (high - low) * (Floor - Top));

        var chart = new SvgChart(Width, Height, title, string.Join("; ", Times.Select(time => Sentence(time.Name, time.Predicted, runs.Count, Spans(runs, time.Span)))));
        for (var step = Math.Pow(10, Math.Floor(low / Math.Log(10))); step <= steps.Max() * 1.25; step *= 10)
        {
            foreach (var tick in (double[])[step, 2 * step, 5 * step])
            {
                if (Math.Log(tick) < low || Math.Log(tick) > high) continue;
                chart.Line(Left, Y(tick), Width - Right, Y(tick), "grid");
                chart.Text(Left - 6, Y(tick) + 4, WindowText.Step((long)tick), "end", "small");
            }
        }
        chart.Line(Left, Floor, Width - Right, Floor, "axis");
        foreach (var size in sizes)
        {
            chart.Line(X(size), Floor, X(size), Floor + 4, "axis");
            chart.Text(X(size), Floor + 17, $"{size}", "middle", "small");
        }
        chart.Text(Width - Right, Floor + 36, "training icons (both axes logarithmic), steps upwards", "end", "small");

        foreach (var (i, (name, css, _, span)) in Times.Index())
        {
            if (WindowGrowth.Of(Spans(runs, span)) is { } growth)
                chart.Path($"M{SvgChart.Number(X(sizes[0]))} {SvgChart.Number(Y(growth.At(sizes[0])))}L{SvgChart.Number(X(sizes[^1]))} {SvgChart.Number(Y(growth.At(sizes[^1])))}", $"curve {css}");
            foreach (var sameSize in runs.GroupBy(run => run.Icons))
            {
                foreach (var (number, run) in sameSize.Index())
                {
                    // Seeds and the two times side by side, not over each other.
                    var x = X(run.Icons) + ((i - 0.5) * 6) + ((number - ((sameSize.Count() - 1) / 2.0)) * 12);
                    if (span(run.Window) is { } time)
                    {
                        chart.Line(x, Y(Math.Max(1, time.After)), x, Y(time.By), $"error {css}");
                        chart.Marker(x, Y(WindowGrowth.Middle(time)), i, $"mark {css}", $"{name} after step {WindowText.Step(time.After)}, by step {WindowText.Step(time.By)}, with {run.Icons} icons");
                    }
                    else
                        chart.Marker(x, Y(run.Window.Step), i, $"mark {css} hollow", $"not by step {WindowText.Step(run.Window.Step)}, where the looks end, with {run.Icons} icons");
                }
            }
        }
        return chart.ToString();
    }
}
