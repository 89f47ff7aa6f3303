using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>A timer of one activation; each tick is a request that passes its gate.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposal = new();
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly ITimer _timer;
    private TimeSpan _period;
    private TimeSpan? _changedDueTime;
    private bool _ticking;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        using (ExecutionContext.SuppressFlow())
            _timer = activation.Runtime.Time.CreateTimer(_ => SendTick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        lock (_lock)
        {
            _period = period;
            if (_ticking)
                _changedDueTime = dueTime;
            else if (!_disposal.IsCancellationRequested)
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _disposal.Cancel();
        lock (_lock)
            _timer.Dispose();
        _activation.Forget(this);
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time.TotalMilliseconds > uint.MaxValue - 1))
            throw new ArgumentOutOfRangeException(name, time, "Wanted 0 to 49 days, or Timeout.InfiniteTimeSpan for never.");
    }

    private void SendTick()
    {
        lock (_lock)
            _ticking = true;
        _activation.TryEnqueue(new Tick(this));
    }

    private async Task TickAsync()
    {
        if (_disposal.IsCancellationRequested)
            return;
        try
        {
            await _callback(_disposal.Token);
        }
        catch (Exception failure)
        {
            _activation.Runtime.Logger.TimerFailed(failure, _activation.GrainId);
            _activation.DeactivateIfStale(failure);
        }
        lock (_lock)
        {
            _ticking = false;
            if (!_disposal.IsCancellationRequested)
                _timer.Change(_changedDueTime ?? _period, Timeout.InfiniteTimeSpan);
            _changedDueTime = null;
        }
    }

    private sealed class Tick(GrainTimer timer) : Request(timer._activation.GrainId)
    {
        public override bool Interleaves => timer._options.Interleave;
        public override bool KeepsAlive => timer._options.KeepAlive;
        public override bool IsLocal => true;

        public override void Fail(Exception exception) { }

        protected override Task RunAsync() => timer.TickAsync();
    }
}
