namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class TurnTests(bool shuffled) : ConformanceTest(shuffled)
{
    private ITurnGrain Turn => Grain<ITurnGrain>();

    [Fact]
    public async Task Calls_RunOneAfterAnother()
    {
        await Soon(Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Turn.Increment())));
        Assert.Equal(200, await Turn.Count());
    }

    [Fact]
    public async Task ACall_WaitsWhileAnotherWaits()
    {
        var first = Turn.Enter("first");
        await Signals.WaitAsync("first in");
        var second = Turn.Enter("second");
        Signals.Fire("second go");
        await Turn.Touch();
        Assert.DoesNotContain("second in", Signals.Diary);
        Signals.Fire("first go");
        await Soon(Task.WhenAll(first, second));
        Assert.Equal(["first in", "first out", "second in", "second out"], Signals.Diary);
    }

    [Fact]
    public async Task ReadOnlyCalls_RunTogetherButNotWithOthers()
    {
        var looks = new[] { Turn.Look("a"), Turn.Look("b") };
        await Signals.WaitAsync("a in");
        await Signals.WaitAsync("b in");
        var change = Turn.Enter("change");
        await Turn.Touch();
        Assert.DoesNotContain("change in", Signals.Diary);
        foreach (var name in new[] { "a go", "b go", "change go" })
            Signals.Fire(name);
        await Soon(Task.WhenAll([.. looks, change]));
    }

    [Fact]
    public async Task AlwaysInterleavingCalls_RunBesideAnything()
    {
        var first = Turn.Enter("first");
        await Signals.WaitAsync("first in");
        Signals.Fire("beside go");
        await Soon(Turn.Interleave("beside"));
        Signals.Fire("first go");
        await Soon(first);
        Assert.Equal(["first in", "beside in", "beside out", "first out"], Signals.Diary);
    }

    [Fact]
    public async Task ReentrantGrains_LetEveryCallInWhileOthersWait()
    {
        var grain = Grain<IReentrantGrain>();
        var first = grain.Enter("first");
        await Signals.WaitAsync("first in");
        Signals.Fire("second go");
        await Soon(grain.Enter("second"));
        Signals.Fire("first go");
        await Soon(first);
    }

    [Fact]
    public async Task CodeBetweenTwoAwaits_IsNeverOverlapped()
    {
        var grain = Grain<IReentrantGrain>();
        var overlaps = await Soon(Task.WhenAll(Enumerable.Range(0, 8).Select(_ => grain.CountOverlaps(200))));
        Assert.All(overlaps, count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task AReentrantGrain_MayCallItself() => await Soon(Grain<IReentrantGrain>().CallSelf());

    [Fact]
    public async Task SelfCall_EndsInATimeout()
    {
        var call = Turn.CallSelf();
        await Assert.ThrowsAsync<TimeoutException>(() => AdvanceUntilAsync(call, TimeSpan.FromSeconds(1)));
        Host.Advance(TimeSpan.FromMinutes(1));   // The inner call times out too, and the grain can end.
    }

    [Fact]
    public async Task CircleOfCalls_EndsInATimeout()
    {
        var call = Grain<ITurnGrain>("a").CallBack(Grain<ITurnGrain>("b"), back: false);
        await Assert.ThrowsAsync<TimeoutException>(() => AdvanceUntilAsync(call, TimeSpan.FromSeconds(1)));
        Host.Advance(TimeSpan.FromMinutes(1));   // The inner call times out too, and the grain can end.
    }

    [Fact]
    public async Task AfterATimeout_TheGrainKeepsRunning()
    {
        var call = Turn.Enter("slow");
        await Signals.WaitAsync("slow in");
        Host.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);
        await Assert.ThrowsAsync<TimeoutException>(() => AdvanceUntilAsync(call, TimeSpan.FromSeconds(1)));
        Signals.Fire("slow go");
        await Signals.WaitAsync("slow out");
    }

    [Fact]
    public async Task ResponseTimeout_ShortensTheWait()
    {
        var call = Turn.EnterBriefly("brief");
        await Signals.WaitAsync("brief in");
        await Assert.ThrowsAsync<TimeoutException>(() => AdvanceUntilAsync(call, TimeSpan.FromSeconds(1)));
        Signals.Fire("brief go");
    }

    [SkippableFact]
    public async Task ACallThatTimedOutInTheQueue_IsNeverRun()
    {
        Skip.IfNot(Host.AgesByItsClock, "A message's age runs by the machine's stopwatch there.");
        var first = Turn.Enter("first");
        await Signals.WaitAsync("first in");
        var late = Turn.EnterBriefly("late");
        await Assert.ThrowsAsync<TimeoutException>(() => AdvanceUntilAsync(late, TimeSpan.FromSeconds(1)));
        Signals.Fire("first go");
        await Soon(first);
        Assert.Equal(0, await Turn.Count());
        Assert.DoesNotContain("late in", Signals.Diary);
    }

    [Fact]
    public async Task Cancelling_FreesTheCallerAndTellsTheGrain()
    {
        using var source = new CancellationTokenSource();
        var call = Turn.Watch("watch", source.Token);
        await Signals.WaitAsync("watch in");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(call));
        await Signals.WaitAsync("watch cancelled");
        Assert.Equal(0, await Turn.Count());
    }

    [Fact]
    public async Task ACancelledToken_StopsTheCallBeforeTheGrain()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Turn.Watch("never", new(canceled: true)));
        Assert.Equal(0, await Turn.Count());
        Assert.Empty(Signals.Diary);
    }

    [Fact]
    public async Task ACallCancelledInTheQueue_ChangesNothing()
    {
        using var source = new CancellationTokenSource();
        var first = Turn.Enter("first");
        await Signals.WaitAsync("first in");
        var queued = Turn.Watch("queued", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(queued));
        Signals.Fire("first go");
        await Soon(first);
        Assert.Equal(0, await Turn.Count());

        // A cancellation that arrives after the call's turn has begun ends it there.
        Assert.Equal(Signals.Diary.Contains("queued in"), Signals.Diary.Contains("queued cancelled"));
    }

    [Fact]
    public async Task ShuffledCalls_ArriveAllAndOutOfOrder()
    {
        var sent = Enumerable.Range(0, 200).ToArray();
        await Soon(Task.WhenAll(sent.Select(value => Turn.Append(value))));
        var arrived = await Turn.Appended();
        Assert.Equal(sent, arrived.Order());
        if (IsShuffled)
            Assert.NotEqual(sent, arrived);
    }
}

public sealed class TurnsInOrder() : TurnTests(shuffled: false);

public sealed class TurnsShuffled() : TurnTests(shuffled: true);
