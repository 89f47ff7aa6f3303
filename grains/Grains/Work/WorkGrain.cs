using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>
/// One piece of work. Every step is on the disk before anything is done about it, and an attempt's number goes with all that
/// it does, so that neither a crash nor a message that comes late or twice makes the work be done twice or lost.
/// </summary>
[WorkPlacement]
public abstract partial class WorkGrain(
    WorkKind kind, IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time, ILogger logger)
    : Grain, IWorkGrain
{
    // What is on the disk; a write that is under way does not count yet.
    private WorkMemory _memory = new();
    private WorkProgress? _progress;

    private WorkId Work => new(kind, this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _memory = state.State;
        return Task.CompletedTask;
    }

    public async Task<WorkPhase> PrepareAsync(WorkSpec spec, bool retry)
    {
        if (_memory.Stage is WorkStage.Unprepared)
            await BecomeAsync(_memory.Prepared(spec));
        else if (retry && _memory.Stage is WorkStage.Parked or WorkStage.Done { Outcome.IsFinal: false })
            await BecomeAsync(_memory.Retried());
        return Phase();
    }

    public async Task<LeaseUse> StartAsync(Lease lease)
    {
        if (_memory.Stage is not (WorkStage.Queued or WorkStage.Running))
            return LeaseUse.Declined;
        if (lease.Silo != node.Silo)
        {
            LogMisplaced(Work, node.Silo, lease.Silo);
            this.MigrateOnIdle();   // By the hint of this very call. Deactivated, it could come back here with a call that did not know.
            return LeaseUse.Misplaced;
        }

        // Where this grain was to be placed concerns none of the grains that it calls.
        RequestContext.Remove(PlacementHint.Silo);
        if (_memory.Stage is WorkStage.Running running && running.Lease == lease && service.IsRunning(Work, _memory.Attempt))
            return LeaseUse.Started;
        var known = await service.NewestAttemptAsync(Work, _memory.Spec!);
        await BecomeAsync(_memory.Begun(lease, known, time.GetUtcNow()));
        try
        {
            service.Start(new(Work, _memory.Attempt, lease.Device, _memory.Spec!));
        }
        catch (Exception failure)   // An attempt that cannot even be started has failed, as any other can.
        {
            await EndAsync(new WorkFailed(failure.Message));
        }
        return LeaseUse.Started;
    }

    public async Task StopAsync()
    {
        if (_memory.Stage is not WorkStage.Running running)
            return;
        if (running.Lease.Silo != node.Silo || !service.Stop(Work, _memory.Attempt))
            await EndAsync(new WorkStopped());
    }

    public async Task LostAsync(string silo)
    {
        if (_memory.Stage is not WorkStage.Running running || running.Lease.Silo != silo)
            return;
        await BecomeAsync(_memory.Lost(time.GetUtcNow()));
        if (node.Silo == silo)
            service.Stop(Work, _memory.Attempt);
    }

    public Task<bool> ReportAsync(int attempt, WorkProgress progress)
    {
        if (_memory.Stage is not WorkStage.Running || attempt != _memory.Attempt)
        {
            LogStale(Work, attempt, _memory.Attempt);
            return Task.FromResult(false);
        }
        _progress = progress;
        return Task.FromResult(true);
    }

    public async Task EndedAsync(int attempt, WorkOutcome outcome)
    {
        if (attempt != _memory.Attempt)
            LogStale(Work, attempt, _memory.Attempt);
        else if (_memory.Stage is WorkStage.Running)
            await EndAsync(outcome);
        else if (_memory.Stage is WorkStage.Queued && outcome is not (WorkStopped or WorkFailed))
            await EndAsync(outcome);   // Taken for stopped or lost, it came to its end all the same, and nobody has begun anew.
        else if (_memory.Stage is WorkStage.Done or WorkStage.Parked)
            await TellSchedulerAsync();   // A repeated call: the scheduler may not have been told the first time.
    }

    public Task<WorkStatus> GetStatusAsync()
    {
        var status = new WorkStatus
        {
            Phase = Phase(),
            Spec = _memory.Spec,
            Progress = _memory.Stage is WorkStage.Running ? _progress : null,
            Outcome = (_memory.Stage as WorkStage.Done)?.Outcome,
            Error = _memory.Error,
            Attempts = [.. _memory.Attempts],
        };
        // Finished work is asked for now and then, by thousands in a large grid; it need not stay in memory.
        if (_memory.Stage is WorkStage.Done or WorkStage.Parked)
            DeactivateOnIdle();
        return Task.FromResult(status);
    }

    private async Task EndAsync(WorkOutcome outcome)
    {
        await BecomeAsync(_memory.Ended(outcome, time.GetUtcNow()));
        await TellSchedulerAsync();
    }

    private Task TellSchedulerAsync() => GrainFactory.GetGrain<ISchedulerGrain>("default").EndedAsync(Work, _memory.Attempt, _memory.Stage switch
    {
        WorkStage.Done => WorkEnd.Done,
        WorkStage.Parked => WorkEnd.Parked,
        _ => WorkEnd.Again,
    });

    private async Task BecomeAsync(WorkMemory next)
    {
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State = _memory;
            throw;
        }
        _memory = next;
        _progress = null;
        LogStage(Work, Phase(), next.Attempt, next.Error);
    }

    private WorkPhase Phase() => _memory.Stage switch
    {
        WorkStage.Queued => WorkPhase.Queued,
        WorkStage.Running => WorkPhase.Running,
        WorkStage.Done => WorkPhase.Done,
        WorkStage.Parked => WorkPhase.Failed,
        _ => WorkPhase.None,
    };
}
