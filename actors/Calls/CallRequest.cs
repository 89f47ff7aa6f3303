using Orleans.Runtime;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors;

/// <summary>A request that somebody waits for, with a timeout and cancellation.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
internal abstract class CallRequest<T>(ActorRuntime runtime, GrainId target) : Request(target)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _callee;
    private CancellationTokenRegistration _registration;
    private ITimer? _timer;

    protected ActorRuntime Runtime => runtime;

    /// <summary>What the grain sees of the caller's token.</summary>
    protected CancellationToken CalleeToken => _callee?.Token ?? CancellationToken.None;

    /// <summary>Whether the caller waits; if not, exceptions are only logged.</summary>
    protected virtual bool IsOneWay => false;

    /// <summary>For messages: which method.</summary>
    protected abstract string Name { get; }

    /// <summary>Sends the request and waits for the answer.</summary>
    public Task<T> SendAsync(TimeSpan timeout, CancellationToken token)
    {
        if (token.IsCancellationRequested)
            return Task.FromCanceled<T>(token);
        try
        {
            Context = RemoteCopier.CopyContext(RequestContext.Current, runtime.JsonTypes);
        }
        catch (CodecNotFoundException failure)
        {
            return Task.FromException<T>(failure);
        }
        if (IsOneWay)
        {
            runtime.Dispatch(this);
            return Task.FromResult<T>(default!);
        }
        if (token.CanBeCanceled)
        {
            _callee = new();
            _registration = token.UnsafeRegister(static (state, token) => ((CallRequest<T>)state!).Cancel(token), this);
        }
        if (timeout != Timeout.InfiniteTimeSpan)
            _timer = runtime.Time.CreateTimer(static state => ((CallRequest<T>)state!).TimeOut(), this, timeout, Timeout.InfiniteTimeSpan);
        runtime.Dispatch(this);
        return _answer.Task;
    }

    public override void Fail(Exception exception)
    {
        if (IsOneWay)
        {
            runtime.Logger.OneWayFailed(exception, Target);
            return;
        }
        Release();
        var copy = ExceptionCopier.Copy(exception, runtime.JsonTypes);
        try
        {
            if (copy is CodecNotFoundException && exception is not CodecNotFoundException)
                runtime.Logger.ExceptionCannotTravel(exception, Target, exception.GetType().FullName!);
        }
        finally   // Logging it may throw, if its own members do.
        {
            if (copy is OperationCanceledException)
                _answer.TrySetCanceled(CancellationToken.None);
            else
                _answer.TrySetException(copy);
        }
    }

    protected abstract ValueTask<T> InvokeAsync(Activation activation);

    protected sealed override async Task RunAsync()
    {
        // Nobody waits any more for a request that was cancelled or timed out in the queue.
        if (_answer.Task.IsCompleted)
            return;
        try
        {
            var answer = RemoteCopier.Copy(await InvokeAsync(Activation!), runtime.JsonTypes);
            Release();
            _answer.TrySetResult(answer);
        }
        catch (Exception failure)
        {
            Activation!.DeactivateIfStale(failure);
            Fail(failure);
        }
    }

    private void TimeOut()
    {
        if (_answer.TrySetException(new TimeoutException($"No answer from {Name} of grain {Target} in time; the grain may still work on it.")))
            Release();
    }

    private void Cancel(CancellationToken token)
    {
        if (!_answer.TrySetCanceled(token))
            return;
        _timer?.Dispose();

        // What the grain registered on its token runs as a turn of the grain.
        if (Activation is { } activation)
            activation.Post(_callee!.Cancel);
        else
            _callee!.Cancel();
    }

    private void Release()
    {
        _timer?.Dispose();
        _registration.Dispose();
    }
}
