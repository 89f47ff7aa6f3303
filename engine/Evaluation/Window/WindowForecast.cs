using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Window;

/// <summary>
/// The safe window to expect of a run, from finished ones of the same method, icon size and batch: copying begins after a time in proportion to
/// the number of icons, and quality arrives after one that hardly depends on it (Bonnaire et al. 2025, arXiv 2505.17638).
/// </summary>
/// <param name="Runs">Finished runs that it rests on.</param>
/// <param name="Quality">Steps between which quality is expected to arrive; null: it did in none of them.</param>
/// <param name="Copying">Steps between which copying is expected to begin, no end where it never did; null: nothing is known.</param>
/// <param name="IconsToOpen">Icons from which on copying is expected to begin after quality has arrived; null: not known.</param>
public sealed record WindowForecast(int Runs, StepSpan? Quality, (long After, long? By)? Copying, int? IconsToOpen)
{
    /// <summary>In words: <c>quality by steps 400 to 900, copies from steps 2,000 to 4,000 on (from 3 runs)</c>.</summary>
    public string Text => string.Join(", ", ((string?[])
    [
        Quality is { } quality ? $"quality by steps {WindowText.Step(quality.After)} to {WindowText.Step(quality.By)}" : "quality not seen to arrive",
        Copying is not { } copying ? null : copying.By is { } by ? $"copies from steps {WindowText.Step(copying.After)} to {WindowText.Step(by)} on" : $"no copies up to step {WindowText.Step(copying.After)}",
        IconsToOpen is { } icons ? $"a window from about {icons} icons on; twice the icons, twice the steps before copying" : null,
    ]).OfType<string>()) + $" (from {Runs} run{(Runs == 1 ? "" : "s")})";

    /// <summary>What finished runs let expect; null: nothing.</summary>
    /// <param name="icons">Training icons of the run to come.</param>
    /// <param name="finished">Training icons and window of each.</param>
    public static WindowForecast? Of(int icons, IReadOnlyList<(int Icons, TrainingWindow Window)> finished)
    {
        if (finished.Count == 0) return null;
        StepSpan[] arrived = [.. finished.Select(run => run.Window.Quality).OfType<StepSpan>()];
        var quality = arrived.Length == 0 ? null : new StepSpan(arrived.Min(span => span.After), arrived.Max(span => span.By));
        var began = finished.Where(run => run.Window.Copying is not null).Select(run => (After: (double)run.Window.Copying!.After / run.Icons, By: (double)run.Window.Copying.By / run.Icons)).ToArray();

        // Steps for each icon; where none copied, the longest of those without copies is the least to expect.
        var (after, by) = began.Length > 0
            ? (began.Min(each => each.After), began.Max(each => each.By))
            : (finished.Max(run => (double)run.Window.Step / run.Icons), double.PositiveInfinity);
        return new(
            finished.Count, quality, ((long)(after * icons), double.IsFinite(by) ? (long)Math.Ceiling(by * icons) : null),
            quality is not null && began.Length > 0 && after > 0 ? (int)Math.Ceiling(quality.By / after) : null);
    }
}
