using Orleans.Storage;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>What a grain does when another activation wrote its state; here another program plays that one.</summary>
public sealed class StaleStateTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EmbeddedHost? _host;

    private string Path => _folder.File("actors.db");
    private EmbeddedHost Host => _host!;
    private ILedgerGrain Ledger => Host.Grains.GetGrain<ILedgerGrain>("one");

    public async Task InitializeAsync() => _host = await EmbeddedHost.StartAsync(Path);

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task StaleWrite_FailsWithBothVersionsAndForgetsWhatTheGrainKnew()
    {
        await Ledger.Add(5, "five");
        OtherWrites(total: 100);
        var failure = await Assert.ThrowsAsync<InconsistentStateException>(() => Ledger.Add(1, "one"));
        Assert.Equal(("2", "1"), (failure.StoredEtag, failure.CurrentEtag));
        Assert.Equal(101, await Ledger.Add(1, "one"));
        Assert.Equal(2, Host.Signals.Diary.Count(entry => entry == "ledger active"));
    }

    [Fact]
    public async Task StaleWriteThatTheGrainCaught_DoesNotEndIt()
    {
        await Ledger.Add(5, "five");
        OtherWrites(total: 100);
        Assert.Equal("1 is behind 2", await Ledger.CatchStale());
        Assert.Equal(5, await Ledger.Total());
        Assert.Single(Host.Signals.Diary);
    }

    [Fact]
    public async Task StaleWriteInATimer_EndsTheGrainToo()
    {
        await Ledger.Add(5, "five");
        await Ledger.StaleInTimer();
        OtherWrites(total: 100);
        Host.Advance(TimeSpan.FromSeconds(1));
        while (await Ledger.Total() != 100)
            await Task.Yield();
    }

    [Fact]
    public async Task FirstWrite_IsFencedToo()
    {
        await Ledger.Total();
        RawDatabase.Run(Path, "INSERT INTO state VALUES ('ledger', 'one', 1, '{\"Total\":7,\"Lines\":[]}')");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Ledger.Add(1, "one"));
        Assert.Equal(7, await Ledger.Total());
    }

    [Fact]
    public async Task ClearedState_KeepsCountingVersions()
    {
        await Ledger.Add(5, "five");
        await Ledger.Clear();
        Assert.Equal((false, "2"), await Ledger.Record());
    }

    private void OtherWrites(int total) => RawDatabase.Run(
        Path, $$"""UPDATE state SET version = version + 1, payload = '{"Total":{{total}},"Lines":[]}' WHERE name = 'ledger'""");
}
