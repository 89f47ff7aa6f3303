using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Window;

/// <summary>What the looks at a training say of its safe window: a function of the looks alone, whose rules are decision 13's.</summary>
public static class WindowRule
{
    /// <summary>Probability that any look at a run that does not copy is called copying, at most.</summary>
    public const double FalseVerdicts = 0.01;

    /// <summary>Quality has arrived where no more than this part of all that it has risen is left.</summary>
    public const double PartLeft = 0.1;

    /// <summary>What the distance must have fallen to, as a part of the first look's, before there is a quality to arrive.</summary>
    public const double LeastFall = 0.5;

    /// <summary>Until copying begins, quality counts as arrived only after so many times its steps without a further rise.</summary>
    public const double Confirmed = 2;

    /// <summary>The part of <see cref="FalseVerdicts"/> that a look may spend; over endlessly many looks the parts add up to the whole.</summary>
    /// <param name="look">Counted from 1.</param>
    public static double Spent(int look) => FalseVerdicts * 6 / (Math.PI * Math.PI * look * look);

    /// <summary>The verdict.</summary>
    /// <param name="points">In the order of their steps; null comes back where there are none.</param>
    public static TrainingWindow? Of(IReadOnlyList<WindowPoint> points)
    {
        if (points.Count == 0) return null;

        // Copying begins with the first look that chance does not explain, and after the last one before it that chance explains well.
        var begins = points.Index().Where(each => Tail(each.Item) <= Spent(each.Index + 1)).Select(each => (int?)each.Index).FirstOrDefault();
        WindowPoint[] before = [.. points.Take(begins ?? points.Count)];
        var copying = begins is { } first ? new StepSpan(before.LastOrDefault(LooksLikeChance)?.Step ?? 0, points[first].Step) : null;

        // Quality, as one network sees it.
        WindowPoint[] seen = [.. before.Where(point => point.Features == points[^1].Features)];
        var best = seen.Where(LooksLikeChance).MinBy(point => point.Quality);
        var quality = best is null ? null : Arrival(seen, best.Quality, isOver: copying is not null);

        var newest = points[^1];
        return new()
        {
            State = (quality, copying) switch
            {
                (null, null) => WindowState.Ahead,
                (not null, null) => WindowState.Open,
                (not null, not null) => WindowState.Closed,
                _ => WindowState.NeverOpens,
            },
            Step = newest.Step,
            Looks = points.Count,
            Quality = quality,
            Copying = copying,
            Best = best?.Step,
            Copies = newest.Copies,
            Icons = newest.Icons,
            HeldOut = newest.HeldOut?.Count ?? newest.Chance.HeldOut,
        };
    }

    /// <summary>Probability that chance alone gives as many copies as a look found, or more.</summary>
    public static double Tail(WindowPoint point) => new ChanceOfCopies(point.Chance).Tail(point.Icons, point.Copies);

    // No more copies than chance gives on average: what may be kept as a result.
    private static bool LooksLikeChance(WindowPoint point) => point.Copies <= new ChanceOfCopies(point.Chance).Mean(point.Icons);

    private static StepSpan? Arrival(WindowPoint[] seen, double best, bool isOver)
    {
        var start = seen[0].Quality;
        if (best > LeastFall * start) return null;
        var at = Array.FindIndex(seen, point => point.Quality <= best + (PartLeft * (start - best)));
        var isKnown = isOver ? at < seen.Length - 1 : seen[^1].Step >= Confirmed * seen[at].Step;
        return isKnown ? new(at == 0 ? 0 : seen[at - 1].Step, seen[at].Step) : null;
    }
}
