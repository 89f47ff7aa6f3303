using System.Collections.Concurrent;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>Barriers and a diary that grains and tests share, so that no test waits by the clock.</summary>
public sealed class Signals
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _named = new();

    /// <summary>What happened, in order.</summary>
    public ConcurrentQueue<string> Diary { get; } = new();

    public void Fire(string name) => Of(name).TrySetResult();

    public Task Of(string name, CancellationToken token) => Of(name).Task.WaitAsync(token);

    public async Task WaitAsync(string name)
    {
        try
        {
            await Of(name).Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{name}' never happened. So far: {string.Join(", ", Diary.TakeLast(20))}");
        }
    }

    /// <summary>Notes an event, and lets go who waits for it or for this count of it (name:count).</summary>
    public void Note(string name)
    {
        int count;
        lock (Diary)
        {
            Diary.Enqueue(name);
            count = Diary.Count(entry => entry == name);
        }
        Fire(name);
        Fire($"{name}:{count}");
    }

    private TaskCompletionSource Of(string name) =>
        _named.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
