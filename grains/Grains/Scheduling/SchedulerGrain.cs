using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>
/// Gives waiting work to free devices. No request waits for another grain, since work grains and experiments wait for this
/// one: what it has to say to them is said in the background, and said again until it is heard.
/// </summary>
[KeepAlive]
public sealed partial class SchedulerGrain : Grain, ISchedulerGrain
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(10);
    private readonly TimeProvider _time;
    private readonly ILogger<SchedulerGrain> _logger;
    private readonly IPersistentState<QueueMemory> _queueState;
    private readonly IPersistentState<LeaseMemory> _leaseState;
    private readonly SharedWriter _queueWriter;
    private readonly SharedWriter _leaseWriter;
    private readonly WorkQueue _queue = new();
    private readonly Nodes _nodes;
    private readonly Dictionary<WorkId, ActiveLease> _leases = [];
    private readonly Dictionary<Lease, ActiveLease> _busy = [];
    private bool _queueChanged;
    private bool _leasesChanged;
    private long _activatedAt;
    private long _tickedAt;

    public SchedulerGrain(
        [PersistentState("scheduler-queue")] IPersistentState<QueueMemory> queueState,
        [PersistentState("scheduler-leases")] IPersistentState<LeaseMemory> leaseState,
        TimeProvider time, ILogger<SchedulerGrain> logger)
    {
        (_queueState, _leaseState, _time, _logger) = (queueState, leaseState, time, logger);
        _queueWriter = new(() =>
        {
            queueState.State = _queue.Keep();
            return queueState.WriteStateAsync();
        });
        _leaseWriter = new(() =>
        {
            leaseState.State = new() { Leases = [.. _leases.Values.Select(lease => lease.Keep())] };
            return leaseState.WriteStateAsync();
        });
        _nodes = new(time);
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _queue.Restore(_queueState.State);
        foreach (var kept in _leaseState.State.Leases)
        {
            var item = _queue.Restore(kept.Work);
            _queue.Take(item);
            Hold(new(item, kept.Silo, kept.Device));
        }
        _activatedAt = _tickedAt = _time.GetTimestamp();
        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions { DueTime = TickPeriod, Period = TickPeriod, Interleave = true });
        LogActive(_queue.Count, _leases.Count);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await SaveAsync();

    public async Task RequestAsync(List<Ticket> tickets)
    {
        var hasNewExperiment = false;
        foreach (var ticket in tickets)
        {
            hasNewExperiment |= _queue.Place(ticket.Experiment);
            _queueChanged |= _queue.Add(ticket);
        }
        if (hasNewExperiment)
        {
            // First come, first served is promised, so it is written down; the rest may follow.
            _queueChanged = false;
            await _queueWriter.SaveAsync();
        }
        Dispatch();
    }

    public async Task WithdrawAsync(string experiment)
    {
        foreach (var item in _queue.WantedBy(experiment).ToList())
        {
            Drop(item, experiment);
            if (!item.IsWanted && _leases.TryGetValue(item.Work, out var lease) && !lease.IsStarting)
                StopInBackground(lease);
        }
        LogWithdrawn(experiment);
        // A crash must not bring back what was paused.
        await SaveAsync();
    }

    public async Task WithdrawWaitingAsync(string experiment, List<WorkId> works)
    {
        foreach (var work in works)
        {
            if (!_leases.ContainsKey(work) && _queue.Find(work) is { } item)
                Drop(item, experiment);
        }
        await SaveAsync();
    }

    public Task HeartbeatAsync(NodeReport report)
    {
        if (_nodes.Hear(report))
        {
            LogNode(report.Silo, report.Incarnation, report.Devices.Count);
            Resume(_nodes.Find(report.Silo)!);
        }
        Dispatch();
        return Task.CompletedTask;
    }

    public Task LeaveAsync(string silo, string incarnation)
    {
        _nodes.Leave(silo, incarnation);
        LogLeaving(silo, incarnation);
        return Task.CompletedTask;
    }

    public Task EndedAsync(WorkId work, int attempt, WorkEnd end)
    {
        if (_leases.TryGetValue(work, out var lease))
        {
            if (attempt > lease.Item.EndedAttempt || end != WorkEnd.Again)
                End(lease, attempt, end);
        }
        else if (end != WorkEnd.Again && _queue.Find(work) is { } item)
        {
            _queue.Remove(item);
            _queueChanged = true;
            Tell(work, [.. item.Experiments]);
        }
        return Task.CompletedTask;
    }

    public Task<List<DeviceStatus>> GetDevicesAsync() => Task.FromResult(_nodes.All
        .Where(node => !node.IsLeaving)
        .SelectMany(node => node.Report.Devices.Select(device => new DeviceStatus
        {
            Silo = node.Report.Silo,
            Device = device,
            Work = _busy.GetValueOrDefault(new(node.Report.Silo, device.Id))?.Work.Key,
            Silent = _nodes.Silence(node),
        }))
        .OrderBy(device => device.Silo, StringComparer.Ordinal)
        .ToList());

    public Task<Dictionary<string, string>> GetObstaclesAsync(string experiment) => Task.FromResult(
        Obstacles.Find(_queue.WantedBy(experiment).Where(item => !_leases.ContainsKey(item.Work)), _nodes.All,
        (node, device) => _busy.ContainsKey(new(node.Report.Silo, device.Id)) ? device.MemoryBytes : device.FreeMemoryBytes));

    private void Drop(QueuedWork item, string experiment)
    {
        if (!_queue.Drop(item, experiment))
            return;
        _queueChanged = true;
        _leasesChanged |= _leases.ContainsKey(item.Work);
    }

    private async Task SaveAsync()
    {
        if (_queueChanged)
        {
            _queueChanged = false;
            await _queueWriter.SaveAsync();
        }
        if (_leasesChanged)
        {
            _leasesChanged = false;
            await _leaseWriter.SaveAsync();
        }
    }
}
