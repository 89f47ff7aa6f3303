using IconDiffusion.Grains;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Work;

/// <summary>One attempt at a piece of work on this silo, seen by the thread that works and by those that ask about it.</summary>
internal sealed class WorkAttempt(WorkOrder order) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<WorkOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkProgress? _progress;
    private volatile bool _isDiscarded;

    public WorkOrder Order => order;

    /// <summary>Cancelled: checkpoint and end.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>How far it is; null: nothing was reported yet.</summary>
    public WorkProgress? Progress
    {
        get => _progress;
        set => _progress = value;
    }

    /// <summary>Whether a newer attempt has begun, so that nobody wants to hear of this one any more.</summary>
    public bool IsDiscarded => _isDiscarded;

    /// <summary>How it ended, once it has.</summary>
    public Task<WorkOutcome> Ended => _ended.Task;

    /// <summary>Asks it to checkpoint and end. Never waits.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    /// <summary>As <see cref="Stop"/>, and nothing of it is reported.</summary>
    public void Discard()
    {
        _isDiscarded = true;
        Stop();
    }

    /// <summary>It has ended.</summary>
    public void End(WorkOutcome outcome) => _ended.TrySetResult(outcome);

    /// <summary>Once it has ended and nobody can ask it to stop any more.</summary>
    public void Dispose() => _stop.Dispose();
}
