using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace IconDiffusion.EmbeddedActors.Tests;

public sealed record Ledger
{
    public int Total { get; set; }
    public List<string> Lines { get; set; } = [];
}

public interface ILedgerGrain : IGrainWithStringKey
{
    Task<int> Add(int amount, string line);
    Task<int> Total();
    Task<List<string>> Lines();
    Task ChangeUnwritten(int total);
    Task Reload();
    Task Clear();
    Task<(bool Exists, string? Etag)> Record();
    Task WriteTwiceAtOnce();
    Task<bool> ReadBeforeActivation();
    Task<string> CatchStale();
    Task StaleInTimer();
    Task End();
}

/// <summary>Two classes of one key and different state names: neither sees the other's.</summary>
public sealed class LedgerGrain(
    [PersistentState("ledger", "default")] IPersistentState<Ledger> ledger,
    [PersistentState("ledger-notes")] IPersistentState<Dictionary<string, int>> notes,
    Signals signals) : Grain, ILedgerGrain
{
    private int _atActivation = -1;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _atActivation = ledger.State.Total;
        signals.Note("ledger active");
        return Task.CompletedTask;
    }

    public async Task<int> Add(int amount, string line)
    {
        ledger.State.Total += amount;
        ledger.State.Lines.Add(line);
        await ledger.WriteStateAsync();
        return ledger.State.Total;
    }

    public Task<int> Total() => Task.FromResult(ledger.State.Total);

    public Task<List<string>> Lines() => Task.FromResult(ledger.State.Lines);

    public Task ChangeUnwritten(int total)
    {
        ledger.State.Total = total;
        return Task.CompletedTask;
    }

    public Task Reload() => ledger.ReadStateAsync(CancellationToken.None);

    public Task Clear() => ledger.ClearStateAsync();

    public Task<(bool Exists, string? Etag)> Record() => Task.FromResult((ledger.RecordExists, ledger.Etag));

    public async Task WriteTwiceAtOnce()
    {
        notes.State["one"] = 1;
        var first = notes.WriteStateAsync();
        notes.State["two"] = 2;
        await Task.WhenAll(first, notes.WriteStateAsync());
        notes.State.Clear();
        await notes.ReadStateAsync();
        if (notes.State.Count != 2)
            throw new InvalidOperationException($"Wanted 2 notes, found {notes.State.Count}.");
    }

    public Task<bool> ReadBeforeActivation() => Task.FromResult(_atActivation == ledger.State.Total);

    public async Task<string> CatchStale()
    {
        try
        {
            await ledger.WriteStateAsync();
            return "written";
        }
        catch (InconsistentStateException failure)
        {
            return $"{failure.CurrentEtag} is behind {failure.StoredEtag}";
        }
    }

    public Task StaleInTimer()
    {
        this.RegisterGrainTimer(token => ledger.WriteStateAsync(token), TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
