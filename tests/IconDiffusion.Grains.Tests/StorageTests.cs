using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace IconDiffusion.Grains.Tests;

/// <summary>What our grains take for granted of their storage: two activations of one grain never both write.</summary>
public abstract class StorageTests(bool onPostgres = false) : ClusterTest(shuffled: false, onPostgres)
{
    private static readonly GrainId Id = GrainId.Create("ledger", "key");

    private IGrainStorage Storage => Cluster.Storage;

    [SkippableFact]
    public async Task WhatWasWritten_IsRead()
    {
        var written = State("one");
        await Storage.WriteStateAsync("ledger", Id, written);
        var read = await ReadAsync();
        Assert.Equal((true, "one", written.ETag), (read.RecordExists, read.State!.Text, read.ETag));
    }

    [SkippableFact]
    public async Task OfTwoFirstWrites_TheSecondIsRefused()
    {
        var (first, second) = (await ReadAsync(), await ReadAsync());
        first.State = new("first");
        second.State = new("second");
        await Storage.WriteStateAsync("ledger", Id, first);
        await Assert.ThrowsAnyAsync<Exception>(() => Storage.WriteStateAsync("ledger", Id, second));
        Assert.Equal("first", (await ReadAsync()).State!.Text);
    }

    [SkippableFact]
    public async Task OfManyFirstWritesAtOnce_OneSucceeds()
    {
        var writes = Enumerable.Range(0, 8).Select(i => Task.Run(() => Storage.WriteStateAsync("ledger", Id, State($"{i}")))).ToArray();
        await Task.WhenAll(writes).ContinueWith(static _ => { }, TaskScheduler.Default);
        var winner = Assert.Single(Enumerable.Range(0, 8), i => writes[i].IsCompletedSuccessfully);
        Assert.Equal($"{winner}", (await ReadAsync()).State!.Text);
    }

    [SkippableFact]
    public async Task AStaleWrite_IsRefused_AndChangesNothing()
    {
        await Storage.WriteStateAsync("ledger", Id, State("one"));
        var (current, stale) = (await ReadAsync(), await ReadAsync());
        current.State = new("two");
        stale.State = new("lost");
        await Storage.WriteStateAsync("ledger", Id, current);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("ledger", Id, stale));
        Assert.Equal("two", (await ReadAsync()).State!.Text);
    }

    [SkippableFact]
    public async Task AClearedState_GoesOnWithItsVersions()
    {
        var state = State("one");
        await Storage.WriteStateAsync("ledger", Id, state);
        var stale = await ReadAsync();
        await Storage.ClearStateAsync("ledger", Id, state);
        state.State = new("two");
        await Storage.WriteStateAsync("ledger", Id, state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("ledger", Id, stale));
        Assert.Equal("two", (await ReadAsync()).State!.Text);
    }

    [SkippableFact]
    public async Task TextOfEveryScript_AndLongText_IsKept()
    {
        var text = string.Concat("ä漢🙂\0\"\\\n", new string('x', 1_000_000));
        await Storage.WriteStateAsync("ledger", Id, State(text));
        Assert.Equal(text, (await ReadAsync()).State!.Text);
    }

    private async Task<GrainState<Ledger>> ReadAsync()
    {
        var state = new GrainState<Ledger> { State = new("") };
        await Storage.ReadStateAsync("ledger", Id, state);
        return state;
    }

    private static GrainState<Ledger> State(string text) => new() { State = new(text) };

    private sealed record Ledger(string Text)
    {
        public Ledger() : this("") { }
    }
}

public sealed class StorageEmbedded : StorageTests;

public sealed class StorageOnPostgres() : StorageTests(onPostgres: true);
