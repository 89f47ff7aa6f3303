using Orleans;
using Xunit.Sdk;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>A runtime for each test; every suite runs with calls in order and with calls shuffled.</summary>
public abstract class ConformanceTest(bool shuffled) : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private IActorHost? _host;

    protected IActorHost Host => _host!;
    protected Signals Signals => Host.Signals;
    protected bool IsShuffled => shuffled;

    public async Task InitializeAsync() => _host = await ActorHost.StartAsync(shuffled);

    public Task DisposeAsync() => Host.DisposeAsync().AsTask();

    protected T Grain<T>(string key = "one") where T : IGrainWithStringKey => Host.Grains.GetGrain<T>(key);

    /// <summary>Moves the clock in steps until this is done: what the task waits for may not have begun to wait yet.</summary>
    protected async Task AdvanceUntilAsync(Task done, TimeSpan step)
    {
        var limit = DateTime.UtcNow + Patience;
        while (!done.IsCompleted)
        {
            Host.Advance(step);
            await Task.WhenAny(done, Task.Delay(1));
            Assert.True(DateTime.UtcNow < limit, $"Still not done. So far: {string.Join(", ", Signals.Diary.TakeLast(20))}");
        }
        await done;
    }

    /// <summary>Waits for a line in the log, which may be behind what it tells of.</summary>
    protected async Task LoggedAsync(string text)
    {
        while (!Host.Log.Any(line => line.Contains(text, StringComparison.Ordinal)))
            await Task.Delay(1);
    }

    protected static async Task<T> Soon<T>(Task<T> task)
    {
        await Soon((Task)task);
        return await task;
    }

    // Not by a TimeoutException: some tests wait for one of the runtime's.
    protected static async Task Soon(Task task)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience)) != task)
            throw new XunitException($"Still not done after {Patience}.");
        await task;
    }
}
