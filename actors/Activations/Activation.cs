using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// One life of a grain. All of its code runs on one exclusive scheduler, so a turn — from one await to the next — never
/// meets another; the gate decides which requests may begin a turn.
/// </summary>
internal sealed partial class Activation : IGrainContext
{
    [ThreadStatic]
    private static Activation? _beingConstructed;

    private readonly Lock _lock = new();
    private readonly GrainClass _class;
    private readonly RequestGate _gate;
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<GrainTimer> _timers = [];
    private Life _life = Life.New;
    private DeactivationReason? _wanted;
    private TaskCompletionSource? _idle;
    private AsyncServiceScope _scope;
    private IGrainBase? _instance;
    private long _idleSince;
    private DateTimeOffset _keepAliveUntil = DateTimeOffset.MinValue;
    private StreamTable? _streams;

    public Activation(ActorRuntime runtime, GrainId id, GrainClass grainClass)
    {
        Runtime = runtime;
        GrainId = id;
        _class = grainClass;
        _gate = new(grainClass.IsReentrant, runtime.Shuffler);
    }

    private enum Life { New, Activating, Active, Deactivating, Over }

    /// <summary>The activation whose grain this thread constructs, if any.</summary>
    public static Activation? BeingConstructed => _beingConstructed;

    public ActorRuntime Runtime { get; }
    public GrainId GrainId { get; }
    public object? GrainInstance => _instance;
    public IServiceProvider ActivationServices => _scope.ServiceProvider;
    public Task Deactivated => _deactivated.Task;
    public StreamTable Streams => _streams ??= new(this);

    /// <summary>What a reference to this grain is made of where no interface is asked for.</summary>
    public Type FirstInterface => _class.Interfaces[0];

    public static Activation Of(IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain.GrainContext as Activation ?? throw new InvalidOperationException(
            $"{grain.GetType().Name} was not made by an actor runtime; reach grains through {nameof(IGrainFactory)}.");
    }

    /// <summary>Takes a request in; false if this life is over.</summary>
    public bool TryEnqueue(Request request)
    {
        lock (_lock)
        {
            if (_life == Life.Over)
                return false;
            request.Activation = this;
            _gate.Add(request);
            if (_life == Life.New)
            {
                _life = Life.Activating;
                var context = request.Context;
                Turn.Post(_scheduler, () => _ = ActivateAsync(context));
            }
            Pump();
            return true;
        }
    }

    /// <summary>A request that this activation started has ended.</summary>
    public void Complete(Request request)
    {
        lock (_lock)
        {
            _gate.Complete(request);
            if (request.KeepsAlive)
                _idleSince = Runtime.Time.GetTimestamp();
            if (_gate.Running == 0)
                _idle?.TrySetResult();
            Pump();
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_wanted is not null || _life == Life.Over)
                return;
            _wanted = deactivationReason;
            if (_life == Life.Active)
                BeginDeactivation();
        }
    }

    /// <summary>A grain whose state another wrote over must forget what it remembers.</summary>
    public void DeactivateIfStale(Exception failure)
    {
        if (failure is not InconsistentStateException { IsSourceActivation: true } stale)
            return;
        stale.IsSourceActivation = false;
        Deactivate(new(DeactivationReasonCode.ApplicationError, stale.Message), CancellationToken.None);
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (_lock)
        {
            _keepAliveUntil = time == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue
                : time > TimeSpan.Zero ? Runtime.Time.GetUtcNow() + time
                : DateTimeOffset.MinValue;
        }
    }

    /// <summary>Whether nobody called this grain for long enough.</summary>
    public bool IsIdle()
    {
        lock (_lock)
        {
            return _life == Life.Active && !_class.IsKeptAlive && _gate is { Running: 0, Waiting: 0 }
                && Runtime.Time.GetUtcNow() >= _keepAliveUntil
                && Runtime.Time.GetElapsedTime(_idleSince) >= Runtime.Options.CollectionAge;
        }
    }

    /// <summary>Runs an action as a turn of its own, past the gate.</summary>
    public void Post(Action action) => Turn.Post(_scheduler, action);

    public GrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        timer.Change(options.DueTime, options.Period);
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (_lock)
            _timers.Remove(timer);
    }

    // Starts what may start; the caller holds the lock.
    private void Pump()
    {
        while (_life == Life.Active && _gate.TakeNext() is { } request)
            Turn.Post(_scheduler, request);
    }
}
