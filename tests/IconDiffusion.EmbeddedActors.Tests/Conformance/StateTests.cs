using Orleans.Storage;

namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class StateTests(bool shuffled) : ConformanceTest(shuffled)
{
    private ILedgerGrain Ledger => Grain<ILedgerGrain>();

    [Fact]
    public async Task ANewGrain_HasANewStateAndNoRecord()
    {
        Assert.Equal((false, null), await Ledger.Record());
        Assert.Equal(0, await Ledger.Total());
        Assert.Empty(await Ledger.Lines());
    }

    [Fact]
    public async Task WhatWasWritten_IsReadBeforeTheNextLifeBegins()
    {
        Assert.Equal(5, await Ledger.Add(5, "five"));
        await Ledger.End();
        Assert.Equal(5, await Ledger.Total());
        Assert.True(await Ledger.ReadBeforeActivation());
        Assert.Equal(["five"], await Ledger.Lines());
        await Host.RestartAsync();
        Assert.Equal(["five"], await Ledger.Lines());
    }

    [Fact]
    public async Task EveryWrite_ChangesTheEtag()
    {
        await Ledger.Add(1, "a");
        var first = await Ledger.Record();
        await Ledger.Add(1, "b");
        var second = await Ledger.Record();
        Assert.True(first.Exists && second.Exists);
        Assert.NotEqual(first.Etag, second.Etag);
    }

    [Fact]
    public async Task TwoKeys_HaveTwoStates()
    {
        await Grain<ILedgerGrain>("a").Add(1, "a");
        await Grain<ILedgerGrain>("b").Add(2, "b");
        Assert.Equal(1, await Grain<ILedgerGrain>("a").Total());
    }

    [Fact]
    public async Task Reading_DropsWhatWasNotWritten()
    {
        await Ledger.Add(5, "five");
        await Ledger.ChangeUnwritten(100);
        await Ledger.Reload();
        Assert.Equal(5, await Ledger.Total());
    }

    [Fact]
    public async Task Clearing_EmptiesTheRecordForGood()
    {
        await Ledger.Add(5, "five");
        await Ledger.Clear();
        Assert.Equal(0, await Ledger.Total());
        Assert.False((await Ledger.Record()).Exists);
        await Ledger.End();
        Assert.Equal(0, await Ledger.Total());
        Assert.False((await Ledger.Record()).Exists);
        Assert.Equal(3, await Ledger.Add(3, "three"));
        await Ledger.End();
        Assert.Equal(3, await Ledger.Total());
    }

    [Fact]
    public async Task WritesThatOverlap_FollowEachOther() => await Ledger.WriteTwiceAtOnce();
}

public sealed class StatesInOrder() : StateTests(shuffled: false);

public sealed class StatesShuffled() : StateTests(shuffled: true);
