using IconDiffusion.Grains.Work;
using IconDiffusion.Specs.Cluster;
using Orleans.Runtime;
using Orleans.Storage;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>How leases begin and end.</summary>
public sealed partial class SchedulerGrain
{
    private static readonly TimeSpan Postponement = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostSettling = TimeSpan.FromSeconds(5);
    private const int MostMisplacements = 10;
    private readonly HashSet<(WorkId Work, string Experiment)> _untold = [];
    private bool _dispatching;

    /// <summary>Leases whatever can be leased now.</summary>
    private void Dispatch()
    {
        if (!_dispatching)
            InBackground("dispatch", DispatchAsync);
    }

    private async Task DispatchAsync()
    {
        _dispatching = true;
        try
        {
            while (Assign() is { Count: > 0 } fresh)
            {
                _leasesChanged = false;
                try
                {
                    await _leaseWriter.SaveAsync();
                }
                catch
                {
                    foreach (var lease in fresh)
                        Release(lease, postpone: true);
                    throw;
                }
                foreach (var lease in fresh)
                    Start(lease);
            }
        }
        finally
        {
            _dispatching = false;
        }
    }

    // A GPU before the processor beside it, for work that may have either.
    private List<ActiveLease> Assign()
    {
        var fresh = new List<ActiveLease>();
        if (_queue.Count == 0)
            return fresh;
        foreach (var node in _nodes.All.Where(node => !node.IsLeaving && !node.Report.IsDiskFull))
        {
            foreach (var device in node.Report.Devices.OrderBy(device => device.Class == DeviceClass.Cpu))
            {
                if (_busy.ContainsKey(new(node.Report.Silo, device.Id)) || FirstFor(node, device) is not { } item)
                    continue;
                _queue.Take(item);
                item.NotBefore = null;
                _queueChanged = true;
                var lease = new ActiveLease(item, node.Report.Silo, device.Id) { IsStarting = true };
                Hold(lease);
                fresh.Add(lease);
                LogLeased(item.Work, node.Report.Silo, device.Id);
            }
        }
        return fresh;
    }

    private QueuedWork? FirstFor(Node node, DeviceInfo device)
    {
        var now = _time.GetTimestamp();
        return _queue.Waiting.FirstOrDefault(item => DeviceClass.Matches(item.DeviceClass, device.Class)
            && item.MemoryBytes <= device.FreeMemoryBytes
            && node.Serves(item)
            && !(item.NotBefore > now)
            && !_leases.Values.Any(lease => lease.Item.Files == item.Files));
    }

    private void Hold(ActiveLease lease)
    {
        _leases[lease.Work] = lease;
        _busy[lease.Terms] = lease;
    }

    private bool IsCurrent(ActiveLease lease) => _leases.GetValueOrDefault(lease.Work) == lease;

    private void Start(ActiveLease lease)
    {
        if (!IsCurrent(lease))
            return;
        lease.IsStarting = true;
        InBackground(lease.Work.ToString(), () => StartAsync(lease));
    }

    private async Task StartAsync(ActiveLease lease)
    {
        LeaseUse? use = null;
        try
        {
            for (var i = 0; i < MostMisplacements && (use ?? LeaseUse.Misplaced) == LeaseUse.Misplaced && IsCurrent(lease); i++)
            {
                RequestContext.Set(PlacementHint.Silo, lease.Terms.Silo);
                use = await GrainFactory.GetWork(lease.Work).StartAsync(lease.Terms);
            }
        }
        catch (Exception failure)   // Above all a silo that does not answer, or placement that finds none.
        {
            LogNotStarted(failure, lease.Work, lease.Terms.Silo, lease.Terms.Device);
            use = null;
        }
        if (!IsCurrent(lease))
            return;
        lease.IsStarting = false;
        lease.StartedAt = _time.GetTimestamp();
        switch (use)
        {
            case LeaseUse.Started when !lease.Item.IsWanted:
                StopInBackground(lease);
                break;
            case LeaseUse.Started:
                break;
            case LeaseUse.Declined:
                End(lease, lease.Item.EndedAttempt, WorkEnd.Done);
                break;
            default:
                Release(lease, postpone: true);
                break;
        }
    }

    private void StopInBackground(ActiveLease lease) =>
        InBackground(lease.Work.ToString(), () => GrainFactory.GetWork(lease.Work).StopAsync());

    /// <summary>The work grain said that an attempt has ended.</summary>
    private void End(ActiveLease lease, int attempt, WorkEnd end)
    {
        lease.Item.EndedAttempt = Math.Max(attempt, lease.Item.EndedAttempt);
        LogEnded(lease.Work, attempt, end, lease.Terms.Silo, lease.Terms.Device);
        if (end == WorkEnd.Again)
        {
            Release(lease, postpone: false);
            Dispatch();
            return;
        }
        _leases.Remove(lease.Work);
        _leasesChanged = true;
        _queue.Remove(lease.Item);
        InBackground(lease.Work.ToString(), () => SettleAsync(lease));
    }

    // The device is kept free until the experiments have asked for what comes next: the next stage of this cell, not the next
    // cell's, is to have it.
    private async Task SettleAsync(ActiveLease lease)
    {
        try
        {
            await TellAsync(lease.Work, [.. lease.Item.Experiments]).WaitAsync(MostSettling, _time);
        }
        catch (TimeoutException)
        {
            LogSlow(lease.Work);
        }
        if (_busy.GetValueOrDefault(lease.Terms) == lease)
            _busy.Remove(lease.Terms);
        Dispatch();
    }

    private void Release(ActiveLease lease, bool postpone)
    {
        if (!IsCurrent(lease))
            return;
        _leases.Remove(lease.Work);
        _busy.Remove(lease.Terms);
        _leasesChanged = _queueChanged = true;
        lease.Item.NotBefore = postpone ? _time.GetTimestamp() + (long)(Postponement.TotalSeconds * _time.TimestampFrequency) : null;
        _queue.Return(lease.Item);
    }

    private void Tell(WorkId work, IReadOnlyList<string> experiments) => InBackground(work.ToString(), () => TellAsync(work, experiments));

    private Task TellAsync(WorkId work, IReadOnlyList<string> experiments) => Task.WhenAll(experiments.Select(async experiment =>
    {
        try
        {
            await GrainFactory.GetGrain<IExperimentGrain>(experiment).WorkEndedAsync(work);
            _untold.Remove((work, experiment));
        }
        catch (Exception failure)
        {
            LogUntold(failure, experiment, work);
            _untold.Add((work, experiment));
        }
    }));

    /// <summary>Runs on this grain's scheduler, between its requests; nobody waits for it.</summary>
    private void InBackground(string about, Func<Task> action) => _ = RunAsync(about, action);

    private async Task RunAsync(string about, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (InconsistentStateException)
        {
            // Another activation of the scheduler has taken over.
            DeactivateOnIdle();
        }
        catch (Exception failure)
        {
            LogBackground(failure, about);
        }
    }
}
