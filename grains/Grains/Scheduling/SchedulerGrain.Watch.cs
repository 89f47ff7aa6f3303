namespace IconDiffusion.Grains.Scheduling;

/// <summary>How silos and leases are watched.</summary>
public sealed partial class SchedulerGrain
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(5);
    private int _ticks;

    /// <summary>A silo's first report of this life: what it was leased for is started again, or given back.</summary>
    private void Resume(Node node)
    {
        foreach (var lease in _leases.Values.Where(lease => lease.Terms.Silo == node.Report.Silo).ToList())
        {
            if (!lease.Item.IsWanted)
                StopInBackground(lease);
            else if (node.Device(lease.Terms.Device) is not null && node.Serves(lease.Item))
                Start(lease);
            else
                Lose(lease);
        }
    }

    private void Lose(ActiveLease lease)
    {
        LogLost(lease.Work, lease.Terms.Silo, lease.Terms.Device);
        Release(lease, postpone: false);
        InBackground(lease.Work.ToString(), () => GrainFactory.GetWork(lease.Work).LostAsync(lease.Terms.Silo));
    }

    private async Task TickAsync()
    {
        var now = _time.GetTimestamp();
        var gap = _time.GetElapsedTime(_tickedAt, now);
        _tickedAt = now;
        if (gap > MostSilence / 2)
            _nodes.Excuse(gap);
        foreach (var node in _nodes.All.Where(node => _nodes.Silence(node) > MostSilence).ToList())
        {
            LogSilent(node.Report.Silo, _nodes.Silence(node));
            _nodes.Forget(node);
        }
        // A silo that held leases before this activation has as long to be heard.
        if (_time.GetElapsedTime(_activatedAt, now) > MostSilence)
        {
            foreach (var lease in _leases.Values.Where(lease => _nodes.Find(lease.Terms.Silo) is null).ToList())
                Lose(lease);
        }
        if (++_ticks % (int)(PollPeriod / TickPeriod) == 0)
        {
            foreach (var lease in _leases.Values.Where(lease => lease is { IsStarting: false, IsPolled: false }).ToList())
                InBackground(lease.Work.ToString(), () => PollAsync(lease));
            foreach (var (work, experiment) in _untold.ToList())
                Tell(work, [experiment]);
        }
        Dispatch();
        await SaveAsync();
    }

    /// <summary>The safety net for messages that were lost on the way.</summary>
    private async Task PollAsync(ActiveLease lease)
    {
        lease.IsPolled = true;
        try
        {
            var status = await GrainFactory.GetWork(lease.Work).GetStatusAsync();
            if (!IsCurrent(lease) || lease.IsStarting)
                return;
            var attempt = status.Attempts.Count > 0 ? status.Attempts[^1].Number : 0;
            switch (status.Phase)
            {
                case WorkPhase.Running when !lease.Item.IsWanted:
                    StopInBackground(lease);
                    break;
                case WorkPhase.Running when IsMissing(lease):
                    Start(lease);
                    break;
                case WorkPhase.Running:
                    break;
                default:
                    End(lease, attempt, status.Phase switch
                    {
                        WorkPhase.Queued => WorkEnd.Again,
                        WorkPhase.Failed => WorkEnd.Parked,
                        _ => WorkEnd.Done,
                    });
                    break;
            }
        }
        finally
        {
            lease.IsPolled = false;
        }
    }

    // Its silo has been heard long enough after the start, and does not work on it. One that is leaving says nothing any more of what it works on.
    private bool IsMissing(ActiveLease lease) => _nodes.Find(lease.Terms.Silo) is { IsLeaving: false } node
        && !node.Report.Running.Contains(lease.Work.Key)
        && _time.GetElapsedTime(lease.StartedAt, node.LastHeard) > PollPeriod;
}
