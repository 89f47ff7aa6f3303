using System.Diagnostics;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Client.Output;

/// <summary>An experiment as plain lines: one when a cell changes its state, and one every few seconds while it works.</summary>
internal sealed class PlainView(Action<string> say) : IExperimentView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, (CellStatus Cell, long Said)> _said = [];
    private readonly HashSet<string> _reasons = [];
    private ExperimentState? _state;

    public void Show(ExperimentStatus status)
    {
        if (_state is null)
            say($"{status.Id}: {CellText.Headline(status)}");
        foreach (var cell in status.Cells)
        {
            // Forty cells that wait, or were done before, are one line: the first.
            var news = _said.TryGetValue(cell.Cell, out var last) ? IsNews(last.Cell, cell) : cell.IsActive() || cell.State == CellState.Failed;
            var due = !news && cell.IsActive() && cell.Progress != last.Cell?.Progress && Stopwatch.GetElapsedTime(last.Said) >= Interval;
            if (news || due)
                say(Line(cell));
            if (news || due || last.Cell is null)
                _said[cell.Cell] = (cell, Stopwatch.GetTimestamp());
        }
        if (_state is not null && _state != status.State)
            say($"{status.Id}: {CellText.Headline(status)}");
        _state = status.State;
        foreach (var reason in status.Cells.Where(cell => cell.State == CellState.Waiting).Select(cell => cell.WaitsFor).OfType<string>())
            if (_reasons.Add(reason))
                say($"{status.Id}: waiting: {reason}");
    }

    public void Away(string? reason) => say(reason is null ? "the silo answers again" : $"silo does not answer, trying again ({reason})");

    private static string Line(CellStatus cell)
    {
        var text = $"{cell.Label}: {CellText.Word(cell.State)}";
        if (cell.State == CellState.Done)
            return $"{text}  {CellText.Scores(cell)}";
        var parts = new List<string>();
        if (CellText.Share(cell) is { } share)
            parts.Add($"{share:P0}");
        if (cell.State == CellState.Training && cell.Progress is { Step: { } step } progress)
            parts.Add($"step {step}{(progress.StepsPerSecond is { } speed ? $", {FigureText.Rounded(speed)} steps/s" : "")}{(progress.Loss is { } loss ? $", loss {loss:0.0000}" : "")}");
        if (CellText.Left(cell) is { } left)
            parts.Add($"{Words.Duration(left)} left");
        if (CellText.Remark(cell) is { Length: > 0 } remark)
            parts.Add(remark);
        return parts.Count == 0 ? text : $"{text}  {string.Join(", ", parts)}";
    }

    // Between two stages a cell waits for a moment.
    private static bool IsNews(CellStatus before, CellStatus now) => before.Error != now.Error ||
        (now.State != CellState.Waiting && before.State != now.State) || (now.IsActive() && before.Attempts != now.Attempts);
}
