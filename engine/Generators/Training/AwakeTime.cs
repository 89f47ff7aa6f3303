namespace IconDiffusion.Generators.Training;

/// <summary>
/// The time in which this process runs. While it is stopped, by Ctrl+Z, in a frozen container or a paused virtual machine, no time passes; what
/// the clock on the wall says is another's. A thread of its own looks at the time again and again, so that nobody looks for long only where nothing runs.
/// </summary>
public sealed class AwakeTime : TimeProvider, IDisposable
{
    /// <summary>A longer time in which nobody looked did not pass. Beside steps of training a moment, and far beyond what a busy machine keeps a thread waiting.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = LongestPause / 10;

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _end = new();
    private long _seen;
    private long _stopped;

    /// <param name="time">Measures, and also passes while this process is stopped.</param>
    public AwakeTime(TimeProvider time)
    {
        (_time, _seen) = (time, time.GetTimestamp());
        // Not a timer, whose calls wait behind whatever else the thread pool has to do.
        new Thread(Look) { IsBackground = true, Name = nameof(AwakeTime) }.Start();
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => _time.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _time.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _time.CreateTimer(callback, state, dueTime, period);

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_seen, now) > LongestPause) _stopped += now - _seen;
            _seen = now;
            return now - _stopped;
        }
    }

    /// <summary>Ends the thread; the time can still be asked for.</summary>
    public void Dispose() => _end.Set();

    private void Look()
    {
        while (!_end.Wait(LookEvery)) GetTimestamp();
    }
}
