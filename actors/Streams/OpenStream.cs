namespace IconDiffusion.EmbeddedActors;

/// <summary>One stream that a grain is yielding.</summary>
internal abstract class OpenStream(Activation activation) : IAsyncDisposable
{
    private bool _wasRead = true;

    protected Activation Activation => activation;

    protected CancellationTokenSource Cancellation { get; } = new();

    /// <summary>A step is under way.</summary>
    protected bool IsBusy { get; set; }

    /// <summary>Whether nobody read since this was asked the last time.</summary>
    public bool IsAbandoned()
    {
        var wasRead = _wasRead || IsBusy;
        _wasRead = false;
        return !wasRead;
    }

    /// <summary>Cancels what the stream waits for, then ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            Cancellation.Cancel();
            await EndAsync();
        }
        catch (Exception failure)
        {
            activation.Runtime.Logger.StreamEndFailed(failure, activation.GrainId);
        }
    }

    protected void MarkRead() => _wasRead = true;

    protected abstract ValueTask EndAsync();
}

/// <inheritdoc/>
internal sealed class OpenStream<T> : OpenStream
{
    private readonly IAsyncEnumerator<T> _items;
    private Task<bool>? _pending;

    public OpenStream(Activation activation, Func<CancellationToken, IAsyncEnumerable<T>> open) : base(activation) =>
        _items = open(Cancellation.Token).GetAsyncEnumerator(Cancellation.Token);

    /// <summary>All that is ready, or else the next item, or nothing after half the response timeout.</summary>
    public async ValueTask<StreamBatch<T>> NextAsync(CancellationToken step)
    {
        MarkRead();
        var ready = new List<T>();
        while (_pending is null && ready.Count < StreamBatch<T>.MaximumItems)
        {
            var move = _items.MoveNextAsync();
            if (!move.IsCompletedSuccessfully)
                _pending = move.AsTask();
            else if (move.Result)
                ready.Add(_items.Current);
            else
                return new(ready, IsLast: true);
        }
        return ready.Count > 0 ? new(ready, IsLast: false) : await WaitAsync(_pending!, step);
    }

    protected override async ValueTask EndAsync()
    {
        if (_pending is not null)
        {
            await ((Task)_pending).WaitAsync(Activation.Runtime.Options.ResponseTimeout, Activation.Runtime.Time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (!_pending.IsCompleted)
                return;
        }
        await _items.DisposeAsync();
    }

    private async ValueTask<StreamBatch<T>> WaitAsync(Task<bool> pending, CancellationToken step)
    {
        IsBusy = true;
        await ((Task)pending).WaitAsync(Activation.Runtime.Options.ResponseTimeout / 2, Activation.Runtime.Time, step)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        IsBusy = false;
        MarkRead();
        if (!pending.IsCompleted)
            return new([], IsLast: false);
        _pending = null;
        return await pending ? new([_items.Current], IsLast: false) : new([], IsLast: true);
    }
}
