namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class TimerTests(bool shuffled) : ConformanceTest(shuffled)
{
    private ITimerGrain Timer => Grain<ITimerGrain>();

    [Fact]
    public async Task ATimer_TicksWhenDueAndThenInItsPeriod()
    {
        await Timer.Start(interleave: false, keepAlive: false);
        Host.Advance(TimerGrain.Period - TimeSpan.FromSeconds(1));
        Assert.Empty(Signals.Diary);
        Host.Advance(TimeSpan.FromSeconds(1));
        await Signals.WaitAsync("tick");
        await AdvanceUntilAsync(Signals.WaitAsync("tick:3"), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task EveryWayToRegister_Ticks()
    {
        await Timer.StartAllForms();
        Host.Advance(TimerGrain.Period);
        foreach (var form in new[] { "plain", "token", "state", "state and token", "times" })
            await Signals.WaitAsync(form);
    }

    [Fact]
    public async Task ATick_WaitsForTheCallThatRuns()
    {
        await Timer.Start(interleave: false, keepAlive: false);
        var held = Timer.Hold("release");
        await Signals.WaitAsync("held");
        Host.Advance(TimerGrain.Period);
        Signals.Fire("release");
        await Soon(held);
        await Signals.WaitAsync("tick");
        Assert.Equal(["held", "released", "tick"], Signals.Diary);
    }

    [Fact]
    public async Task AnInterleavingTick_DoesNotWait()
    {
        await Timer.Start(interleave: true, keepAlive: false);
        var held = Timer.Hold("release");
        await Signals.WaitAsync("held");
        Host.Advance(TimerGrain.Period);
        await Signals.WaitAsync("tick");
        Signals.Fire("release");
        await Soon(held);
    }

    [Fact]
    public async Task ATimerThatThrows_GoesOn()
    {
        await Timer.StartFailing();
        await AdvanceUntilAsync(Signals.WaitAsync("tick:3"), TimeSpan.FromSeconds(1));
        Assert.Contains(Host.Log, line => line.Contains("timer failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheNextTick_WaitsForTheOneBefore()
    {
        await Timer.StartWaiting("go");
        Host.Advance(TimerGrain.Period);
        await Signals.WaitAsync("tick");
        Host.Advance(TimerGrain.Period * 5);
        Assert.Single(Signals.Diary);
        Signals.Fire("go");
        await AdvanceUntilAsync(Signals.WaitAsync("tick:2"), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Change_MovesTheNextTick()
    {
        await Timer.Start(interleave: false, keepAlive: false);
        await Timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        Host.Advance(TimeSpan.FromSeconds(1));
        await Signals.WaitAsync("tick");
        Host.Advance(TimerGrain.Period * 10);
        await Timer.Stop();
        Assert.Single(Signals.Diary);
    }

    [Fact]
    public async Task Disposing_EndsTheTimer()
    {
        await Timer.Start(interleave: false, keepAlive: false);
        await Timer.Stop();
        Host.Advance(TimerGrain.Period * 2);
        await Timer.Change(TimerGrain.Period, TimerGrain.Period);
        Host.Advance(TimerGrain.Period * 2);
        Signals.Fire("go");
        await Timer.Hold("go");
        Assert.Equal(["held", "released"], Signals.Diary);
    }

    [Fact]
    public async Task Deactivation_WaitsForTheTickAndEndsTheTimer()
    {
        await Timer.StartWaiting("go");
        Host.Advance(TimerGrain.Period);
        await Signals.WaitAsync("tick");
        await Soon(Timer.End());
        Assert.DoesNotContain("over", Signals.Diary);
        Signals.Fire("go");
        await Signals.WaitAsync("over");
        Host.Advance(TimerGrain.Period * 5);
        await Timer.Start(interleave: false, keepAlive: false);
        Assert.Equal(["tick", "over"], Signals.Diary);
    }

    [Fact]
    public async Task Disposing_CancelsTheTickThatRuns()
    {
        await Timer.StartWaiting("never");
        Host.Advance(TimerGrain.Period);
        await Signals.WaitAsync("tick");
        await Soon(Timer.Stop());
        await Signals.WaitAsync("tick cancelled");
    }

    [SkippableFact]
    public async Task OnlyATimerThatAsksForIt_KeepsItsGrainFromCollection()
    {
        Skip.IfNot(Host.AgesByItsClock, "Idle time runs by the machine's stopwatch there.");
        await Grain<ITimerGrain>("plain").Start(interleave: false, keepAlive: false);
        await AdvanceUntilAsync(Signals.WaitAsync("over"), TimeSpan.FromSeconds(7));
        await Grain<ITimerGrain>("kept").Start(interleave: false, keepAlive: true);
        var ticks = Signals.Diary.Count(entry => entry == "tick");
        await AdvanceUntilAsync(Signals.WaitAsync($"tick:{ticks + 200}"), TimeSpan.FromSeconds(7));
        Assert.Single(Signals.Diary, entry => entry == "over");
    }

    [Fact]
    public async Task TimesBeyondATimersReach_AreRefused() => Assert.True(await Timer.Refuses(TimeSpan.FromDays(100)));
}

public sealed class TimersInOrder() : TimerTests(shuffled: false);

public sealed class TimersShuffled() : TimerTests(shuffled: true);
