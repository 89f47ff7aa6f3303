using System.Collections.Concurrent;
using IconDiffusion.Specs.Cluster;
using Orleans;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>
/// One silo: its declared devices, and a work service in which the test decides how each attempt ends. With
/// <see cref="Automatic"/> every attempt succeeds as soon as it is started.
/// </summary>
public sealed class TestSilo(string name, Func<IGrainFactory> grains, Disk disk) : IWorkService, INodeInfo
{
    private readonly ConcurrentDictionary<WorkId, WorkOrder> _running = new();
    private readonly ConcurrentQueue<WorkOrder> _stopping = new();
    private int _lives;

    public string Silo => name;

    public string Incarnation => $"{name}-{_lives}";

    public List<DeviceInfo> Devices { get; } = [];

    public string? Only { get; set; }

    /// <summary>Null: it does not say.</summary>
    public long? FreeDiskBytes { get; set; }

    public bool Automatic { get; set; }

    /// <summary>Whether reports are made by themselves, whatever <see cref="Automatic"/> says of cells.</summary>
    public bool MakesReports { get; set; } = true;

    /// <summary>Stops are carried out at once; otherwise the test does so.</summary>
    public bool StopsAtOnce { get; set; } = true;

    /// <summary>Why no attempt can be started; null: it can.</summary>
    public string? StartError { get; set; }

    /// <summary>Its way to the other silos.</summary>
    internal Wire Wire { get; } = new();

    public ICollection<WorkOrder> Running => _running.Values;

    public IReadOnlyCollection<WorkOrder> Stopping => _stopping;

    public TestSilo With(string deviceClass, int gigabytes = 10, string? id = null)
    {
        var bytes = gigabytes * 1_000_000_000L;
        Devices.Add(new() { Id = id ?? $"{deviceClass}#{Devices.Count}", Name = deviceClass, Class = deviceClass, MemoryBytes = bytes, FreeMemoryBytes = bytes });
        return this;
    }

    public NodeReport Report() => new()
    {
        Silo = name, Incarnation = Incarnation, Devices = [.. Devices], Running = [.. _running.Keys.Select(work => work.Key)], Only = Only, FreeDiskBytes = FreeDiskBytes,
    };

    /// <summary>Reports itself, which nobody hears while its wire is cut.</summary>
    public Task BeatAsync() => Wire.IsCut ? Task.CompletedTask : grains().GetGrain<ISchedulerGrain>("default").HeartbeatAsync(Report());

    /// <summary>The process dies: whatever it was doing is gone. The next report is that of a new process.</summary>
    public void Crash()
    {
        _running.Clear();
        _lives++;
    }

    /// <summary>An attempt ends without a word, though the silo lives.</summary>
    public void Forget(WorkOrder order) => _running.TryRemove(KeyValuePair.Create(order.Work, order));

    public Task<int> NewestAttemptAsync(WorkId work, WorkSpec spec) => Task.FromResult(disk.Noted.GetValueOrDefault(work));

    public void Start(WorkOrder order)
    {
        if (StartError is { } error)
            throw new InvalidOperationException(error);
        if (_running.TryGetValue(order.Work, out var known) && known.Attempt >= order.Attempt)
            return;
        _running[order.Work] = order;
        if (order.Spec is ReportWork)
            disk.Reports.Enqueue(order);
        else
            disk.Started.Enqueue($"{order.Work.Key}#{order.Attempt}");
        if (order.Spec is ReportWork ? MakesReports : Automatic)
            _ = Task.Run(() => EndAsync(order, Outcomes.Of(order.Spec)));
    }

    public bool Stop(WorkId work, int attempt)
    {
        if (!IsRunning(work, attempt))
            return false;
        var order = _running[work];
        _stopping.Enqueue(order);
        if (StopsAtOnce)
            _ = Task.Run(() => EndAsync(order, new WorkStopped()));
        return true;
    }

    public bool IsRunning(WorkId work, int attempt) => _running.TryGetValue(work, out var order) && order.Attempt == attempt;

    /// <summary>Ends an attempt, which counts as running until its grain has been told.</summary>
    public async Task EndAsync(WorkOrder order, WorkOutcome outcome)
    {
        try
        {
            await grains().GetWork(order.Work).EndedAsync(order.Attempt, outcome);
        }
        finally
        {
            Forget(order);
        }
        if (outcome is not (WorkStopped or WorkFailed or ReportDone))
            disk.Finished.Enqueue(order.Work);
    }
}
