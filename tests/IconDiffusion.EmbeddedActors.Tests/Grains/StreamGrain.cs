using System.Runtime.CompilerServices;
using Orleans;

namespace IconDiffusion.EmbeddedActors.Tests;

public interface IStreamGrain : IGrainWithStringKey
{
    IAsyncEnumerable<int> Count(int to);
    IAsyncEnumerable<Note> Notes(Note first);
    IAsyncEnumerable<string> Follow(CancellationToken token = default);
    IAsyncEnumerable<int> FailAt(int index);
    IAsyncEnumerable<Unmarked> Untravelled();
    Task Publish(string line);
    Task End();
}

public sealed class StreamGrain(Signals signals) : Grain, IStreamGrain
{
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = New();

    public async IAsyncEnumerable<int> Count(int to)
    {
        signals.Note("counting");
        for (var i = 0; i < to; i++)
        {
            signals.Note("step");
            yield return i;
        }
        await Task.CompletedTask;
    }

    public async IAsyncEnumerable<Note> Notes(Note first)
    {
        yield return first;
        await Task.Yield();
        first.Numbers.Add(99);
        yield return first;
    }

    public async IAsyncEnumerable<string> Follow([EnumeratorCancellation] CancellationToken token = default)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                while (i >= _lines.Count)
                {
                    signals.Note("following");
                    await _more.Task.WaitAsync(token);
                }
                yield return _lines[i];
            }
        }
        finally
        {
            signals.Note(token.IsCancellationRequested ? "follower cancelled" : "follower left");
        }
    }

    public async IAsyncEnumerable<int> FailAt(int index)
    {
        for (var i = 0; ; i++)
        {
            if (i == index)
                throw new MarkedException("broken stream", i);
            await Task.Yield();
            yield return i;
        }
    }

    public async IAsyncEnumerable<Unmarked> Untravelled()
    {
        await Task.Yield();
        yield return new("no");
    }

    public Task Publish(string line)
    {
        _lines.Add(line);
        var more = _more;
        _more = New();
        more.SetResult();
        return Task.CompletedTask;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
