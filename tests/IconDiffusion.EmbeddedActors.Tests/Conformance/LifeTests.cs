namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class LifeTests(bool shuffled) : ConformanceTest(shuffled)
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(15);
    private ILifeGrain Life => Grain<ILifeGrain>();

    [Fact]
    public async Task AGrain_IsActivatedOnceByItsFirstCalls()
    {
        await Soon(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Life.Life())));
        Assert.Equal(["active"], Signals.Diary);
    }

    [Fact]
    public async Task AGrain_KnowsItsContextAndServices() => Assert.True(await Life.IsWhole());

    [Fact]
    public async Task DeactivateOnIdle_EndsThisLifeAndTheNextCallBeginsAnother()
    {
        Assert.Equal(1, await Life.Life());
        await Life.End();
        await Signals.WaitAsync("disposed");
        Assert.Equal(2, await Life.Life());
        Assert.Equal(["active", "over: ApplicationRequested", "disposed", "active"], Signals.Diary);
    }

    [Fact]
    public async Task CallsThatCameDuringTheEnd_ReachTheNextLife()
    {
        var ending = Life.EndAfter("go");
        await Signals.WaitAsync("ending");
        var next = Life.Life();
        Signals.Fire("go");
        await Soon(ending);
        Assert.Equal(2, await Soon(next));
        Assert.True(Signals.Diary.ToList().IndexOf("call done") < Signals.Diary.ToList().IndexOf("over: ApplicationRequested"));
    }

    [Fact]
    public async Task FailedActivation_FailsTheCallAndIsTriedAgain()
    {
        var unborn = Grain<ILifeGrain>("unborn");
        Assert.Equal("stillborn", (await Assert.ThrowsAsync<MarkedException>(() => unborn.Life())).Message);
        await Assert.ThrowsAsync<MarkedException>(() => unborn.Life());
        Assert.Equal(2, Signals.Diary.Count(entry => entry == "tried"));
        Assert.DoesNotContain(Signals.Diary, entry => entry.StartsWith("over", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task AnIdleGrain_IsCollected()
    {
        Skip.IfNot(Host.AgesByItsClock, "Idle time runs by the machine's stopwatch there.");
        await Life.Life();
        await AdvanceUntilAsync(Signals.WaitAsync("over: ActivationIdle"), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task AGrainInUse_IsNotCollected()
    {
        await Life.Life();
        Host.Advance(Age - TimeSpan.FromMinutes(2));
        await Life.Life();
        Host.Advance(Age - TimeSpan.FromMinutes(2));
        Assert.Equal(1, await Life.Life());
    }

    [Fact]
    public async Task AKeptGrain_IsNotCollected()
    {
        await Grain<IKeptGrain>().Life();
        Host.Advance(Age * 4);
        Assert.Equal(1, await Grain<IKeptGrain>().Life());
    }

    [SkippableFact]
    public async Task DelayDeactivation_PutsCollectionOff()
    {
        Skip.IfNot(Host.AgesByItsClock, "Idle time runs by the machine's stopwatch there.");
        await Life.Delay(Age * 3);
        Host.Advance(Age * 2);
        Assert.Equal(1, await Life.Life());
        await Life.Delay(Timeout.InfiniteTimeSpan);
        Host.Advance(Age * 20);
        Assert.Equal(1, await Life.Life());
        await Life.Delay(TimeSpan.Zero);
        await AdvanceUntilAsync(Signals.WaitAsync("over: ActivationIdle"), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task AGrainThatDerivesFromNothing_LivesToo()
    {
        var plain = Grain<IPlainGrain>();
        Assert.Equal("plain/one", await plain.Identity());
        await plain.End();
        Assert.Equal("plain/one", await plain.Identity());
        Assert.Equal(2, Signals.Diary.Count(entry => entry == "plain active"));
    }

    [Fact]
    public async Task TheEndOfTheProcess_EndsEveryGrain()
    {
        await Grain<ILifeGrain>("a").Life();
        await Grain<ILifeGrain>("b").Life();
        await Host.RestartAsync();
        Assert.Equal(2, Signals.Diary.Count(entry => entry == "over: ShuttingDown"));
        Assert.Equal(3, await Life.Life());
    }
}

public sealed class LivesInOrder() : LifeTests(shuffled: false);

public sealed class LivesShuffled() : LifeTests(shuffled: true);
