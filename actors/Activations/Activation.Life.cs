using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>How an activation begins and ends. Everything here runs on the grain's scheduler.</summary>
internal sealed partial class Activation
{
    private async Task ActivateAsync(ImmutableDictionary<string, object>? context)
    {
        try
        {
            RequestContext.Current = context;
            var states = new List<PersistentState>();
            _scope = Runtime.Services.CreateAsyncScope();
            _scope.ServiceProvider.GetRequiredService<ActivationScope>().Context = this;
            _instance = Construct(states);
            foreach (var state in states)
                await state.ReadStateAsync();
            using var limit = new CancellationTokenSource(Runtime.Options.ResponseTimeout, Runtime.Time);
            await _instance.OnActivateAsync(limit.Token);
        }
        catch (Exception failure)
        {
            Runtime.Logger.ActivationFailed(failure, GrainId);
            foreach (var request in await EndAsync())
                request.Fail(failure);
            return;
        }
        Runtime.Logger.Activated(GrainId);
        lock (_lock)
        {
            _life = Life.Active;
            _idleSince = Runtime.Time.GetTimestamp();
            if (_wanted is not null)
                BeginDeactivation();
            Pump();
        }
    }

    private IGrainBase Construct(List<PersistentState> states)
    {
        _beingConstructed = this;
        try
        {
            return (IGrainBase)_class.Construct(this, states);
        }
        finally
        {
            _beingConstructed = null;
        }
    }

    // The caller holds the lock.
    private void BeginDeactivation()
    {
        _life = Life.Deactivating;
        _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_gate.Running == 0)
            _idle.TrySetResult();
        Turn.Post(_scheduler, () => _ = DeactivateAsync(_wanted!.Value));
    }

    private async Task DeactivateAsync(DeactivationReason reason)
    {
        await _idle!.Task;
        EndTimers();
        try
        {
            using var limit = new CancellationTokenSource(Runtime.Options.DeactivationTimeout, Runtime.Time);
            await _instance!.OnDeactivateAsync(reason, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception failure)
        {
            Runtime.Logger.DeactivationFailed(failure, GrainId);
        }
        Runtime.Logger.Deactivated(GrainId, reason.ToString());

        // Those that waited wake the grain's next life.
        foreach (var request in (await EndAsync()).Where(request => !request.IsLocal))
            Runtime.Dispatch(request);
    }

    private async Task<List<Request>> EndAsync()
    {
        EndTimers();
        try
        {
            if (_streams is not null)
                await _streams.DisposeAsync();
            if (_instance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (_instance is IDisposable disposable)
                disposable.Dispose();
            await _scope.DisposeAsync();
        }
        catch (Exception failure)
        {
            Runtime.Logger.DeactivationFailed(failure, GrainId);
        }
        List<Request> left;
        lock (_lock)
        {
            _life = Life.Over;
            left = _gate.TakeAll();
        }
        Runtime.Remove(this);
        _deactivated.TrySetResult();
        return left;
    }

    private void EndTimers()
    {
        GrainTimer[] timers;
        lock (_lock)
            timers = [.. _timers];
        foreach (var timer in timers)
            timer.Dispose();
    }
}
