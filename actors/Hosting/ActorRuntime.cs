using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>The embedded runtime: the directory of active grains, and what they share.</summary>
internal sealed class ActorRuntime : IHostedLifecycleService, IDisposable
{
    private readonly ConcurrentDictionary<GrainId, Activation> _directory = new();
    private volatile string? _closed = "has not started";
    private ITimer? _collector;
    private ActorDatabase? _database;

    public ActorRuntime(
        IServiceProvider services, IOptions<EmbeddedActorsOptions> options, TimeProvider time, ILogger<ActorRuntime> logger)
    {
        Services = services;
        Options = options.Value;
        Time = time;
        Logger = logger;
        Shuffler = Options.ShuffleSeed is { } seed ? new(seed) : null;
        JsonTypes = new(Options.TravelsAsJson, Options.TravelJson);
        Catalog = GrainCatalog.Scan(Options.Assemblies);
        Plans = new(this);
        Client = new(this);
        Reminders = new(this);
    }

    public IServiceProvider Services { get; }
    public EmbeddedActorsOptions Options { get; }
    public TimeProvider Time { get; }
    public ILogger Logger { get; }
    public Shuffler? Shuffler { get; }
    public JsonTypes JsonTypes { get; }
    public GrainCatalog Catalog { get; }
    public MethodPlans Plans { get; }
    public GrainClient Client { get; }
    public ReminderService Reminders { get; }
    public ActorDatabase Database => _database ?? throw new OrleansException($"The actor runtime {_closed}.");
    public string Identity { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _database = ActorDatabase.Open(Options.DatabasePath);
        _closed = null;
        _collector = Time.CreateTimer(_ => CollectIdle(), null, Options.CollectionInterval, Options.CollectionInterval);
        Logger.Started(EmbeddedActorsHosting.RuntimeName, Catalog.Classes.Count, Options.DatabasePath);
        return Task.CompletedTask;
    }

    /// <summary>Reminders wake grains only once all the services they may need have started.</summary>
    public Task StartedAsync(CancellationToken cancellationToken) => Reminders.StartAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Deactivates every grain, then closes the database.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _closed ??= "is stopping";
        _collector?.Dispose();
        Reminders.Stop();
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The process is stopping.");
        var ends = _directory.Values.Select(activation =>
        {
            activation.Deactivate(reason, CancellationToken.None);
            return activation.Deactivated;
        });
        await Task.WhenAll(ends).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed = "has stopped";
        Dispose();
    }

    public void Dispose()
    {
        _collector?.Dispose();
        Reminders.Stop();
        Interlocked.Exchange(ref _database, null)?.Dispose();
    }

    /// <summary>Brings a request to its grain, which comes to life if need be. Never throws.</summary>
    public void Dispatch(Request request)
    {
        if (Shuffler is null)
            Deliver(request);
        else
            Shuffler.Deliver(() => Deliver(request));
    }

    /// <summary>Forgets an activation that ended.</summary>
    public void Remove(Activation activation) => _directory.TryRemove(new(activation.GrainId, activation));

    private void Deliver(Request request)
    {
        while (true)
        {
            if (!_directory.TryGetValue(request.Target, out var activation))
            {
                if (_closed is { } why)
                {
                    request.Fail(new OrleansException($"The actor runtime {why}; grain {request.Target} is not active."));
                    return;
                }
                if (Catalog.Find(request.Target.Type) is not { } grainClass)
                {
                    request.Fail(new OrleansException($"No grain class of type '{request.Target.Type}' for grain {request.Target}."));
                    return;
                }
                activation = _directory.GetOrAdd(request.Target, id => new(this, id, grainClass));
            }
            if (activation.TryEnqueue(request))
                return;
            Remove(activation);
        }
    }

    private void CollectIdle()
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ActivationIdle, $"Idle for {Options.CollectionAge}.");
        foreach (var activation in _directory.Values.Where(activation => activation.IsIdle()))
            activation.Deactivate(reason, CancellationToken.None);
    }
}
