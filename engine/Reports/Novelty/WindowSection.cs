using System.Text;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>How copying and quality came about while the run was trained, and its safe window.</summary>
internal static class WindowSection
{
    public static void Write(StringBuilder html, PageParts page, ReportedSet set)
    {
        if ((set.Run?.Training.Window ?? WindowRule.Of(set.Looks)) is not { } window || set.Looks.Count == 0) return;
        html.Append("<h3>The safe window</h3>\n");
        if (WindowText.OfResult(window) is { } sentence) html.Append($"<p>{Text(sentence)}</p>\n");
        if (Forecast(page, set) is { } forecast) html.Append($"<p>{Text(forecast)}</p>\n");
        html.Append("<p class=\"note\">Between the step where quality has arrived and the one where copying beyond chance begins a network makes new work: shaded. The same icons were drawn at every look. " +
            $"The best step is filled in. {string.Join(' ', WindowText.Lacking(window).Select(Text))}</p>\n<div class=\"charts\">\n");

        // Copying.
        Figure("Copies", "share of the icons, with 95 % intervals (Wilson)",
        [
            new("called copies", "c-generated", [.. set.Looks.Select(look => (look.Step, 100.0 * look.Copies / look.Icons, ((double, double)?)Interval(look.Copies, look.Icons)))]),
            new("by chance", "c-grey", [.. set.Looks.Select(look => (look.Step, 100 * new ChanceOfCopies(look.Chance).Mean(1), ((double, double)?)null))]),
        ], most: 100);

        // Quality.
        TrainingCurve[] quality =
        [
            Curve("to the training icons", "c-training", look => look.Training.Frechet),
            Curve("to the held-out icons", "c-heldout", look => look.HeldOut?.Frechet),
        ];
        Figure($"Fréchet distance ({FeatureNetworks.NameOf(set.Looks[^1].Features)})", "of 64 icons or fewer, so not to be compared with an FID", [.. quality.Where(curve => curve.Points.Count > 0)]);

        // The earliest sign.
        TrainingCurve[] gaps =
        [
            .. set.Looks[^1].Signs.Select((sign, i) => Curve(sign.Name, $"m{i % 6}", look => look.Signs.FirstOrDefault(each => each.Name == sign.Name)?.Gap)),
        ];
        if (gaps.Any(curve => curve.Points.Count > 0))
            Figure("Held-out less training icons", "what the method itself tells apart, before any icon shows it", [.. gaps.Where(curve => curve.Points.Count > 0)]);
        html.Append("</div>\n");

        TrainingCurve Curve(string label, string css, Func<WindowPoint, double?> value) =>
            new(label, css, [.. set.Looks.Where(look => value(look) is not null).Select(look => (look.Step, value(look)!.Value, ((double, double)?)null))]);

        void Figure(string title, string unit, IReadOnlyList<TrainingCurve> curves, double? most = null)
        {
            html.Append($"<figure><figcaption>{Text(title)}</figcaption>{WindowChart.Draw(title, unit, curves, window, most)}<ul class=\"keys\">");
            foreach (var (i, curve) in curves.Index()) html.Append(SvgChart.KeyItem(i, $"mark {curve.Css}", curve.Label));
            html.Append("</ul></figure>\n");
        }
    }

    /// <summary>What twice the icons would buy, from all runs of this page that differ in their icons and seed alone; null: no run of them copied.</summary>
    private static string? Forecast(PageParts page, ReportedSet set)
    {
        var alike = page.Sets.Where(each => each.Looks.Count > 0 && each.Repeat is null && each.Run is { } run && set.Run is { } own && run.Spec with { Seed = own.Spec.Seed, Dataset = run.Spec.Dataset with { Count = own.Spec.Dataset.Count } } == own.Spec)
            .Select(each => (each.DistinctTraining, WindowRule.Of(each.Looks)!)).ToList();
        var icons = 2 * set.DistinctTraining;
        return WindowForecast.Of(icons, alike) is not { Copying: { By: { } by, After: var after } } forecast ? null
            : $"With {icons} icons instead of {set.DistinctTraining} copying would begin between steps {WindowText.Step(after)} and {WindowText.Step(by)}" +
              (forecast.Quality is { } quality ? $", and quality still arrive by step {WindowText.Step(quality.By)}" : "") +
              $" (from {(forecast.Runs == 1 ? "this run" : $"{forecast.Runs} runs on this page")}, in proportion to the icons).";
    }

    // In percent.
    private static (double Low, double High) Interval(int hits, int count) => Wilson.Of((double)hits / count, count) is var (low, high) ? (100 * low, 100 * high) : default;
}
