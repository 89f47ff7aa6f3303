using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>The reader's side of a stream: asks the grain for one batch after another.</summary>
internal sealed class RemoteStream<T>(StreamPlan<T> plan, GrainId grain, object?[] arguments, CancellationToken argumentToken)
    : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Reader(this, CancellationTokenSource.CreateLinkedTokenSource(argumentToken, cancellationToken));

    private StreamPlan<T> Plan => plan;

    private GrainId Grain => grain;

    private IAsyncEnumerable<T> Open(Activation activation, CancellationToken token) =>
        (IAsyncEnumerable<T>)plan.Invoke(activation, [.. arguments], token);

    private sealed class Reader(RemoteStream<T> stream, CancellationTokenSource source) : IAsyncEnumerator<T>
    {
        private readonly Guid _id = Guid.NewGuid();
        private readonly CancellationToken _token = source.Token;
        private StreamBatch<T> _batch = new([], IsLast: false);
        private int _index;
        private bool _isOpen;

        public T Current => _batch.Items[_index];

        public async ValueTask<bool> MoveNextAsync()
        {
            if (++_index < _batch.Items.Count)
                return true;
            _index = 0;
            while (!_batch.IsLast)
            {
                _token.ThrowIfCancellationRequested();
                var isFirst = !_isOpen;
                _isOpen = true;
                try
                {
                    _batch = await new Step(stream, _id, isFirst).SendAsync(stream.Plan.Timeout, _token);
                }
                catch
                {
                    _batch = new([], IsLast: true);
                    throw;
                }
                if (_batch.Items.Count > 0)
                    return true;
            }
            _batch = new([], IsLast: true);
            return false;
        }

        public async ValueTask DisposeAsync()
        {
            if (_isOpen)
            {
                _isOpen = false;
                await new End(stream, _id).SendAsync(Timeout.InfiniteTimeSpan, CancellationToken.None);
            }
            source.Dispose();
        }
    }

    // The grain's side of a step may wait for half the timeout, so that the reader hears that it lives.
    private sealed class Step(RemoteStream<T> stream, Guid id, bool isFirst) : CallRequest<StreamBatch<T>>(stream.Plan.Runtime, stream.Grain)
    {
        public override bool Interleaves => true;
        protected override string Name => stream.Plan.Name;

        protected override ValueTask<StreamBatch<T>> InvokeAsync(Activation activation) => isFirst
            ? activation.Streams.StartAsync(id, stream.Open, CalleeToken)
            : activation.Streams.NextAsync<T>(id, CalleeToken);
    }

    private sealed class End(RemoteStream<T> stream, Guid id) : CallRequest<Nothing>(stream.Plan.Runtime, stream.Grain)
    {
        public override bool Interleaves => true;
        protected override bool IsOneWay => true;
        protected override string Name => stream.Plan.Name;

        protected override async ValueTask<Nothing> InvokeAsync(Activation activation)
        {
            await activation.Streams.EndAsync(id);
            return default;
        }
    }
}
