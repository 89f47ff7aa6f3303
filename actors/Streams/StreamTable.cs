using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>The grain's side of its open streams. Used on the grain's scheduler only.</summary>
internal sealed class StreamTable : IAsyncDisposable
{
    private readonly Dictionary<Guid, OpenStream> _open = [];
    private readonly Activation _activation;

    public StreamTable(Activation activation)
    {
        _activation = activation;
        var timeout = activation.Runtime.Options.ResponseTimeout;
        activation.RegisterTimer(_ => ForgetAbandonedAsync(), new() { DueTime = timeout, Period = timeout, Interleave = true });
    }

    public ValueTask<StreamBatch<T>> StartAsync<T>(
        Guid id, Func<Activation, CancellationToken, IAsyncEnumerable<T>> open, CancellationToken step)
    {
        _open.Add(id, new OpenStream<T>(_activation, token => open(_activation, token)));
        return NextAsync<T>(id, step);
    }

    /// <exception cref="EnumerationAbortedException">This activation knows no such stream.</exception>
    public async ValueTask<StreamBatch<T>> NextAsync<T>(Guid id, CancellationToken step)
    {
        if (!_open.TryGetValue(id, out var stream))
        {
            throw new EnumerationAbortedException($"Grain {_activation.GrainId} does not know this stream: "
                + "the grain was deactivated since it began, or nobody read it for too long.");
        }
        try
        {
            var batch = await ((OpenStream<T>)stream).NextAsync(step);
            if (batch.IsLast || step.IsCancellationRequested)
                await EndAsync(id);
            return batch;
        }
        catch
        {
            await EndAsync(id);
            throw;
        }
    }

    public async ValueTask EndAsync(Guid id)
    {
        if (_open.Remove(id, out var stream))
            await stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _open.Keys.ToArray())
            await EndAsync(id);
    }

    private async Task ForgetAbandonedAsync()
    {
        foreach (var (id, _) in _open.Where(stream => stream.Value.IsAbandoned()).ToArray())
            await EndAsync(id);
    }
}
