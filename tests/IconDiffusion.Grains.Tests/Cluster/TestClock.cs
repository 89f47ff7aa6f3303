using Microsoft.Extensions.Time.Testing;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>
/// A clock that the test moves. Its timers are never early: whoever waits for a moment asks for whole milliseconds, cut off, and would
/// otherwise be woken a fraction before that moment, by a clock that stands still until it has gone to sleep again, for ever.
/// </summary>
public sealed class TestClock() : FakeTimeProvider(new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime + TimeSpan.FromMilliseconds(1) : dueTime, period);
}
