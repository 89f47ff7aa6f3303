using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Client.Output;

/// <summary>A cell's state in words and figures.</summary>
internal static class CellText
{
    /// <summary>Whether a device works on the cell.</summary>
    public static bool IsActive(this CellStatus cell) => WorkKind.Of(cell.State) is not null;

    public static string Word(CellState state) => WorkKind.Of(state)?.Word ?? state.ToString().ToLowerInvariant();

    /// <summary>Share of the present stage that is done, 0…1; null: not known.</summary>
    public static double? Share(CellStatus cell) =>
        cell.IsActive() && cell.Progress is { Total: > 0 } progress ? progress.Share : null;

    /// <summary>To the end of the present stage, at the mean speed so far.</summary>
    public static TimeSpan? Left(CellStatus cell) => cell.IsActive() ? cell.Progress?.Whole - cell.Progress?.Worked : null;

    public static string Speed(CellStatus cell) => cell.IsActive() && cell.Progress?.StepsPerSecond is { } speed ? FigureText.Rounded(speed) : "";

    public static string Loss(CellStatus cell) => cell.IsActive() && cell.Progress?.Loss is { } loss ? FigureText.Rounded(loss) : "";

    /// <summary>The figures of a finished cell.</summary>
    public static string Scores(CellStatus cell) => cell.Scores is { } scores
        ? string.Join("  ", scores.Figures.Select(figure => FigureText.Labelled(figure, scores.Features)))
        : "";

    /// <summary>Its safe window, where it runs, what it waits for, what went wrong; empty where there is nothing to say.</summary>
    public static string Remark(CellStatus cell)
    {
        var parts = new List<string>();
        if (cell.IsActive())
        {
            if (cell.State == CellState.Training && cell.Progress?.Window is { } window)
                parts.Add(window.Text);
            if (cell.Where is { Length: > 0 } where)
                parts.Add(where);
            if (cell.Progress?.MemoryBytes is { } memory)
                parts.Add(Words.Bytes(memory));
            if (cell.Attempts > 1)
                parts.Add($"attempt {cell.Attempts}");
        }
        if (cell.State == CellState.Waiting && cell.WaitsFor is { } reason)
            parts.Add(reason);
        if (cell.Error is { } error && cell.State != CellState.Done)
            parts.Add(cell.State == CellState.Failed ? error : $"before: {error}");
        return string.Join(" · ", parts).ReplaceLineEndings(" ");
    }

    /// <summary><c>12 of 40 done, 1 failed, 2 training, 25 waiting</c>.</summary>
    public static string Count(IReadOnlyCollection<CellStatus> cells)
    {
        int Of(CellState state) => cells.Count(cell => cell.State == state);
        CellState[] others =
            [CellState.Failed, .. WorkKind.All.Select(kind => kind.Cell).OfType<CellState>(), CellState.Paused, CellState.Cancelled, CellState.Waiting];
        return string.Join(", ", others.Where(state => Of(state) > 0).Select(state => $"{Of(state)} {Word(state)}")
            .Prepend($"{Of(CellState.Done)} of {cells.Count} done"));
    }

    /// <summary>The experiment in one line: its count of cells, its state where nothing moves, the time left.</summary>
    public static string Headline(ExperimentStatus status) => string.Join(", ", ((string?[])
    [
        status.State is ExperimentState.Paused or ExperimentState.Cancelled ? status.State.ToString().ToLowerInvariant() : null,
        Count(status.Cells),
        status.TimeLeft is { } left && status.State == ExperimentState.Running ? $"about {Words.Duration(left)} left" : null,
    ]).OfType<string>());
}
