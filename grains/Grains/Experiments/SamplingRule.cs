using IconDiffusion.Specs;

namespace IconDiffusion.Grains.Experiments;

/// <summary>Which batches of icons are drawn within the budget, which counts the time worked on all of them.</summary>
internal static class SamplingRule
{
    /// <summary>Whether another batch is unlikely to end within the budget, judged by the mean of those that are done.</summary>
    public static bool IsOver(IReadOnlyList<Batch> batches, TimeSpan budget)
    {
        var done = batches.Count(batch => batch.Done is not null);
        return done > 0 && Time(batches) + Time(batches) / done > budget;
    }

    /// <summary>Icons there are from 0 on without a gap, and the time that all of them took.</summary>
    public static SamplingSummary Sum(IReadOnlyList<Batch> batches) => new()
    {
        Count = batches.TakeWhile(batch => batch.Done is not null).Sum(batch => batch.Count),
        Time = Time(batches),
    };

    private static TimeSpan Time(IEnumerable<Batch> batches) =>
        batches.Aggregate(TimeSpan.Zero, (sum, batch) => sum + (batch.Done?.Time ?? TimeSpan.Zero));
}
