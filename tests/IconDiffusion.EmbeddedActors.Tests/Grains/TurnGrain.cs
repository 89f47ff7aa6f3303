using Orleans;
using Orleans.Concurrency;

namespace IconDiffusion.EmbeddedActors.Tests;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Notes "name in", waits for "name go", notes "name out".</summary>
    Task Enter(string name);
    [ReadOnly] Task Look(string name);
    [AlwaysInterleave] Task Interleave(string name);
    [AlwaysInterleave] Task Touch();

    /// <summary>Adds one in two turns; what is lost shows that something came between.</summary>
    Task Increment();
    Task<int> Count();
    Task Append(int value);
    Task<List<int>> Appended();
    [ResponseTimeout("00:00:05")] Task CallSelf();
    [ResponseTimeout("00:00:05")] Task CallBack(ITurnGrain other, bool back);
    [ResponseTimeout("00:00:02")] Task EnterBriefly(string name);
    Task Watch(string name, CancellationToken token);
    Task<int> CountOverlaps(int steps);
}

public class TurnGrain(Signals signals) : Grain, ITurnGrain
{
    private readonly List<int> _appended = [];
    private int _count;
    private int _inTurn;

    public async Task Enter(string name)
    {
        signals.Note($"{name} in");
        await signals.WaitAsync($"{name} go");
        signals.Note($"{name} out");
    }

    public Task Look(string name) => Enter(name);

    public Task Interleave(string name) => Enter(name);

    public Task EnterBriefly(string name) => Enter(name);

    public Task Touch() => Task.CompletedTask;

    public async Task Increment()
    {
        var before = _count;
        await Task.Yield();
        _count = before + 1;
    }

    public Task<int> Count() => Task.FromResult(_count);

    public Task Append(int value)
    {
        _appended.Add(value);
        return Task.CompletedTask;
    }

    public Task<List<int>> Appended() => Task.FromResult(_appended);

    public Task CallSelf() => this.AsReference<ITurnGrain>().Count();

    public Task CallBack(ITurnGrain other, bool back) =>
        back ? other.Count() : other.CallBack(this.AsReference<ITurnGrain>(), back: true);

    public async Task Watch(string name, CancellationToken token)
    {
        signals.Note($"{name} in");
        try
        {
            await signals.Of($"{name} go", token);
        }
        catch (OperationCanceledException)
        {
            signals.Note($"{name} cancelled");
            throw;
        }
    }

    // Several of these run in turns of one another; code between two awaits must be alone all the same.
    public async Task<int> CountOverlaps(int steps)
    {
        var overlaps = 0;
        for (var i = 0; i < steps; i++)
        {
            if (Interlocked.Increment(ref _inTurn) > 1)
                overlaps++;
            Thread.SpinWait(50);
            Interlocked.Decrement(ref _inTurn);
            await Task.Yield();
        }
        return overlaps;
    }
}

public interface IReentrantGrain : ITurnGrain;

[Reentrant]
public sealed class ReentrantGrain(Signals signals) : TurnGrain(signals), IReentrantGrain;
