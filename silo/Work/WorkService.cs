using IconDiffusion.Generators.Training;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Devices;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.Extensions.Logging;
using Orleans;

namespace IconDiffusion.Silo.Work;

/// <summary>
/// Does this silo's work, each device's on a thread of its own, and tells the work's grains. Whatever happens to an attempt ends the
/// attempt and not the silo.
/// </summary>
internal sealed partial class WorkService : ISiloWork, IDisposable
{
    // How long to wait for an older attempt on another silo to see that this one has begun.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // How long a grain may wait for a look at the files.
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(3);

    private readonly DeviceCatalog _catalog;
    private readonly DataFolder _data;
    private readonly string _silo;
    private readonly IRunTransfer _transfer;
    private readonly AwakeTime _time;
    private readonly ILogger<WorkService> _logger;
    private readonly RunEvents _events;
    private readonly AttemptReporter _reporter;
    private readonly IReadOnlyDictionary<string, DeviceWorker> _workers;

    private readonly Lock _gate = new();
    private readonly Dictionary<(WorkId Work, int Attempt), (WorkAttempt Attempt, Task Told)> _attempts = [];
    private bool _isStopping;

    /// <param name="silo">This silo's name.</param>
    /// <param name="threads">CPU threads that each device computes with.</param>
    public WorkService(
        DeviceCatalog catalog, DataFolder data, string silo, int threads, IGrainFactory grains, IRunTransfer transfer, TimeProvider time,
        ILogger<WorkService> logger)
    {
        (_catalog, _data, _silo, _transfer, _time, _logger) = (catalog, data, silo, transfer, new(time), logger);
        _events = new RunEvents(data, silo, time);
        _reporter = new AttemptReporter(grains, time, logger);
        _workers = catalog.Devices.ToDictionary(device => device.Id, device => new DeviceWorker(device, threads, (attempt, open) => Work(attempt, device, open)));
    }

    /// <inheritdoc/>
    public event Action Changed = () => { };

    /// <inheritdoc/>
    public IReadOnlyList<DeviceInfo> Devices => _catalog.Describe(isWorking: Running.Count > 0);

    /// <inheritdoc/>
    public IReadOnlyList<string> Running
    {
        get
        {
            lock (_gate) return [.. _attempts.Values.Where(entry => !entry.Attempt.IsDiscarded).Select(entry => entry.Attempt.Order.Work.Key).Distinct()];
        }
    }

    /// <inheritdoc/>
    public async Task<int> NewestAttemptAsync(WorkId work, WorkSpec spec)
    {
        using var patience = new CancellationTokenSource(Glance, _time);
        try
        {
            return await Task.Run(() => _transfer.NewestAsync(Stage.AttemptFile(_data, spec), work.Key, patience.Token), patience.Token).WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return 0;   // What the attempt meets there, it says itself.
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such device here.</exception>
    /// <exception cref="InvalidOperationException">Too much work waits for the device.</exception>
    public void Start(WorkOrder order)
    {
        if (!_workers.TryGetValue(order.Device, out var worker))
            throw new ArgumentException($"Silo {_silo} has no device '{order.Device}'; there {(_workers.Count == 1 ? "is" : "are")} {string.Join(", ", _workers.Keys)}.", nameof(order));
        lock (_gate)
        {
            if (_attempts.ContainsKey((order.Work, order.Attempt))) return;
            foreach (var (attempt, _) in _attempts.Values)
                if (attempt.Order.Work == order.Work) attempt.Discard();
            var begun = new WorkAttempt(order);
            if (_isStopping) begun.End(new WorkStopped());
            else if (!worker.TryAdd(begun)) throw new InvalidOperationException($"Too much work waits for {order.Device} of silo {_silo}.");
            // Told on other threads, so that the entry is there before it is removed.
            var told = Task.Run(() => TellAsync(begun, worker.Device));
            _attempts.Add((order.Work, order.Attempt), (begun, told));
        }
        Changed();
    }

    /// <inheritdoc/>
    public bool Stop(WorkId work, int attempt)
    {
        lock (_gate)
        {
            if (!_attempts.TryGetValue((work, attempt), out var running)) return false;
            running.Attempt.Stop();
            return true;
        }
    }

    /// <inheritdoc/>
    public bool IsRunning(WorkId work, int attempt)
    {
        lock (_gate) return _attempts.TryGetValue((work, attempt), out var running) && !running.Attempt.IsDiscarded;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] told;
        lock (_gate)
        {
            _isStopping = true;
            told = [.. _attempts.Values.Select(entry => entry.Told)];
            foreach (var (attempt, _) in _attempts.Values) attempt.Stop();
        }
        await Task.WhenAll(told).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the devices' threads once they have nothing in hand.</summary>
    public void Dispose()
    {
        foreach (var worker in _workers.Values) worker.Dispose();
        _reporter.Dispose();
        _time.Dispose();
    }

    private async Task TellAsync(WorkAttempt attempt, SiloDevice device)
    {
        await _reporter.TellAsync(attempt, () => _catalog.HeldBytes(device)).ConfigureAwait(false);
        lock (_gate) _attempts.Remove((attempt.Order.Work, attempt.Order.Attempt));
        attempt.Dispose();
        Changed();
    }

    // On the device's thread.
    private void Work(WorkAttempt attempt, SiloDevice device, Func<Workbench> open)
    {
        var order = attempt.Order;
        WorkOutcome outcome;
        try
        {
            attempt.Stopped.ThrowIfCancellationRequested();
            LogStarted(order.Work, order.Attempt, device.Id);
            Tell(order, RunEventKind.Started, $"Attempt {order.Attempt} at {order.Work} starts on {device.Id} of {_silo}.");
            outcome = Execute(attempt, open);
        }
        catch (OperationCanceledException) when (attempt.Stopped.IsCancellationRequested)
        {
            outcome = new WorkStopped();
        }
        catch (Exception failure)
        {
            LogFailed(order.Work, order.Attempt, failure);
            outcome = new WorkFailed(WorkErrors.Explain(failure, device.Id));
        }
        var (kind, message) = outcome switch
        {
            WorkFailed failed => (RunEventKind.Failed, failed.Error),
            WorkStopped => (RunEventKind.Stopped, $"Attempt {order.Attempt} at {order.Work} has stopped."),
            _ => (RunEventKind.Done, $"Attempt {order.Attempt} at {order.Work} is done."),
        };
        // A discarded attempt writes nothing more, not even here.
        if (!attempt.IsDiscarded) Tell(order, kind, message);
        LogEnded(order.Work, order.Attempt, message);
        attempt.End(outcome);
    }

    private void Tell(WorkOrder order, RunEventKind kind, string message)
    {
        _events.Add(order, kind, message);
        _transfer.Told(order);
    }

    private WorkOutcome Execute(WorkAttempt attempt, Func<Workbench> open)
    {
        var order = attempt.Order;
        _transfer.Fetch(order, attempt.Stopped);
        var context = new WorkContext
        {
            Data = _data,
            Bench = open(),
            Fence = new(Stage.AttemptFile(_data, order.Spec), order.Work.Key, order.Attempt, _silo),
            Patience = Patience,
            Fetch = path => _transfer.Fetch(path, attempt.Stopped),
            Report = Report,
            Warn = Warn,
            Time = _time,
        };
        try
        {
            var outcome = Stage.Of(order.Spec).Run(order.Spec, context, attempt.Stopped);
            _transfer.Publish(order, CancellationToken.None);
            return outcome;
        }
        catch (OperationCanceledException) when (!attempt.IsDiscarded)
        {
            _transfer.Publish(order, CancellationToken.None);
            throw;
        }

        void Report(WorkProgress progress)
        {
            var before = attempt.Progress?.CheckpointStep;
            attempt.Progress = progress;
            if (progress.CheckpointStep is { } step && step != before) _transfer.Checkpointed(order, Warn);
        }

        void Warn(string sentence)
        {
            LogWarning(order.Work, order.Attempt, sentence);
            Tell(order, RunEventKind.Warning, sentence);
        }
    }
}
