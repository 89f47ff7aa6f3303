using System.Diagnostics;
using IconDiffusion.Client.Output;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary>Long work on standard error: live bars with the time left on a terminal, a plain line every few seconds elsewhere.</summary>
internal sealed class ProgressDisplay
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly ProgressContext? _live;
    private readonly Dictionary<string, Bar> _bars = [];
    private readonly Lock _lock = new();

    private ProgressDisplay(Terminal terminal, ProgressContext? live) => (_terminal, _live) = (terminal, live);

    /// <summary>Runs <paramref name="work"/> with a display that goes away with it.</summary>
    public static async Task RunAsync(Terminal terminal, Func<ProgressDisplay, Task> work)
    {
        if (!terminal.Live)
        {
            await work(new ProgressDisplay(terminal, null));
            return;
        }
        await terminal.Error.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new ProgressDisplay(terminal, context)));
    }

    /// <summary>Moves one bar; a new <paramref name="key"/> makes a new bar.</summary>
    /// <param name="key">Which bar.</param>
    /// <param name="label">What is worked on.</param>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all; null: not known.</param>
    /// <param name="detail">Rates and figures, such as <c>2.9 steps/s, loss 0.12</c>.</param>
    public void Report(string key, string label, double done, double? total, string detail = "")
    {
        lock (_lock)
        {
            if (!_bars.TryGetValue(key, out var bar))
                _bars[key] = bar = new Bar(_live?.AddTask(Markup.Escape(Speech.Say(label))), Stopwatch.StartNew(), done);
            var text = detail.Length > 0 ? $"{label}  {detail}" : label;
            if (bar.Task is { } task)
            {
                task.Description = Markup.Escape(Speech.Say(text));
                task.IsIndeterminate = total is null;
                task.MaxValue = total ?? 100;
                task.Value = total is null ? 0 : Math.Min(done, total.Value);
                return;
            }
            var finished = total is not null && done >= total;
            if (bar.Finished || (!finished && bar.LastLine is { } last && bar.Clock.Elapsed - last < PlainInterval))
                return;
            bar.LastLine = bar.Clock.Elapsed;
            bar.Finished = finished;
            _terminal.Say($"{text}{Left(bar, done, total)}");
        }
    }

    /// <summary>A remark above the bars.</summary>
    public void Say(string line)
    {
        lock (_lock)
            _terminal.Say(line);
    }

    /// <summary>A warning above the bars.</summary>
    public void Warn(string sentence)
    {
        lock (_lock)
            _terminal.Warn(sentence);
    }

    private static string Left(Bar bar, double done, double? total)
    {
        if (total is not { } all || all <= 0)
            return "";
        if (done >= all)
            return $"  done in {Words.Duration(bar.Clock.Elapsed)}";
        var worked = done - bar.Start;
        return worked <= 0 ? $"  {done / all:P0}" : $"  {done / all:P0}, {Words.Duration(bar.Clock.Elapsed * ((all - done) / worked))} left";
    }

    private sealed class Bar(ProgressTask? task, Stopwatch clock, double start)
    {
        public ProgressTask? Task { get; } = task;

        public Stopwatch Clock { get; } = clock;

        public double Start { get; } = start;

        public TimeSpan? LastLine { get; set; }

        public bool Finished { get; set; }
    }
}
