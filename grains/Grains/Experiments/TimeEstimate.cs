using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>Guesses how long an experiment still takes.</summary>
internal static class TimeEstimate
{
    /// <summary>
    /// From the progress of what runs, and for cells that wait from the mean of those known, but at most the cell's own budget; null where no training's time can
    /// be told yet. What takes seconds, see <see cref="WorkKind.IsTimed"/>, is left out.
    /// </summary>
    /// <param name="cells">All cells.</param>
    /// <param name="active">What runs, by key.</param>
    /// <param name="devices">Devices that may work for them.</param>
    public static TimeSpan? Left(IReadOnlyList<Cell> cells, Dictionary<string, ActiveWork> active, int devices)
    {
        var unfinished = cells.Where(cell => !cell.Memory.IsFinal).ToList();
        var stages = WorkKind.All.Where(kind => kind.IsTimed).Select(kind => kind.Cell!.Value)
            .Select(stage => (Stage: stage, Times: new Estimates(cells.Select(cell => cell.Memory.Took(stage) ?? Whole(cell, stage, active))))).ToList();
        if (stages[0].Times.Mean is null && unfinished.Exists(cell => cell.Memory.Stage == stages[0].Stage))
            return null;
        var (sum, longest) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var cell in unfinished)
        {
            var left = TimeSpan.Zero;
            foreach (var (stage, times) in stages.Where(each => each.Stage >= cell.Memory.Stage))
                left += Rest(Least(times.Of(cell.Index), Budget(cell, stage)), stage == cell.Memory.Stage ? Worked(cell, active) : TimeSpan.Zero);
            sum += left;
            longest = left > longest ? left : longest;
        }
        var shared = sum / Math.Max(1, devices);
        return shared > longest ? shared : longest;
    }

    // What others took says nothing about a cell that may work for a shorter time.
    private static TimeSpan Budget(Cell cell, CellState stage) => stage == CellState.Training ? cell.Spec.Training.Budget : cell.Spec.Sampling.Budget;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Rest(TimeSpan whole, TimeSpan worked) => whole > worked ? whole - worked : TimeSpan.Zero;

    private static TimeSpan Worked(Cell cell, Dictionary<string, ActiveWork> active) =>
        cell.Batches.Aggregate(TimeSpan.Zero, (sum, batch) => sum + (batch.Done?.Time ?? TimeSpan.Zero))
        + Running(cell, active).Aggregate(TimeSpan.Zero, (sum, progress) => sum + progress.Worked);

    // All that a stage takes, judged by its share that is done.
    private static TimeSpan? Whole(Cell cell, CellState stage, Dictionary<string, ActiveWork> active)
    {
        if (cell.Memory.Stage != stage)
            return null;
        var running = Running(cell, active).ToList();
        var share = stage == CellState.Sampling
            ? (cell.Batches.Count(batch => batch.Done is not null) + running.Sum(progress => progress.Share)) / Math.Max(1, cell.Batches.Count)
            : running.Sum(progress => progress.Share);
        return share > 0 ? Worked(cell, active) / share : null;
    }

    private static IEnumerable<WorkProgress> Running(Cell cell, Dictionary<string, ActiveWork> active) =>
        cell.Open.Select(work => active.GetValueOrDefault(work.Id.Key)?.Status.Progress).OfType<WorkProgress>();

    private sealed class Estimates
    {
        private readonly TimeSpan?[] _cells;

        public Estimates(IEnumerable<TimeSpan?> cells)
        {
            _cells = [.. cells];
            Mean = _cells.OfType<TimeSpan>().ToList() is { Count: > 0 } known ? known.Aggregate((a, b) => a + b) / known.Count : null;
        }

        public TimeSpan? Mean { get; }

        public TimeSpan Of(int cell) => _cells[cell] ?? Mean ?? TimeSpan.Zero;
    }
}
