using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Concurrency;

namespace IconDiffusion.Grains;

/// <summary>A device that a piece of work may use until it ends.</summary>
[GenerateSerializer, Immutable]
public sealed record Lease([property: Id(0)] string Silo, [property: Id(1)] string Device);

/// <summary>What a work grain made of a lease.</summary>
[GenerateSerializer]
public enum LeaseUse
{
    /// <summary>It runs on the device, or did so already.</summary>
    Started,

    /// <summary>There is nothing to do: done, parked, paused.</summary>
    Declined,

    /// <summary>The grain lives on another silo than the device; it has deactivated itself and can be placed anew.</summary>
    Misplaced,
}

/// <summary>Where a piece of work stands.</summary>
[GenerateSerializer]
public enum WorkPhase { None, Queued, Running, Done, Failed }

/// <summary>A work grain's own account of itself.</summary>
[GenerateSerializer, Immutable]
public sealed record WorkStatus
{
    [Id(0)] public required WorkPhase Phase { get; init; }

    [Id(1)] public WorkSpec? Spec { get; init; }

    /// <summary>Of the running attempt, while it runs.</summary>
    [Id(2)] public WorkProgress? Progress { get; init; }

    /// <summary>Once done.</summary>
    [Id(3)] public WorkOutcome? Outcome { get; init; }

    /// <summary>The last error, also of an attempt that was followed by another.</summary>
    [Id(4)] public string? Error { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(5)] public required List<AttemptInfo> Attempts { get; init; }
}

/// <summary>
/// A piece of work: a state machine that survives everything, with numbered attempts of which only the newest counts.
/// The work itself is done by the silo's <c>IWorkService</c>. <see cref="WorkGrains.GetWork"/> finds it.
/// </summary>
[Alias("icondiffusion.work")]
public interface IWorkGrain : IGrainWithStringKey
{
    /// <summary>
    /// Keeps what is to be done. Known work is left as it is; failed work, and work whose outcome is not final, gets fresh attempts if
    /// <paramref name="retry"/>.
    /// </summary>
    [Alias("prepare")]
    Task<WorkPhase> PrepareAsync(WorkSpec spec, bool retry);

    /// <summary>Works on this device: a new attempt, unless the newest one runs there already.</summary>
    [Alias("start")]
    Task<LeaseUse> StartAsync(Lease lease);

    /// <summary>Stops the attempt after a checkpoint; the scheduler is told when it has stopped. Not running: nothing happens.</summary>
    [Alias("stop")]
    Task StopAsync();

    /// <summary>The running attempt is lost with its silo; its place in the queue is kept by the scheduler.</summary>
    [Alias("lost")]
    Task LostAsync(string silo);

    /// <summary>From the work service; the answer says whether this attempt is still the newest. If not, it must stop and write nothing more.</summary>
    [Alias("report"), AlwaysInterleave]
    Task<bool> ReportAsync(int attempt, WorkProgress progress);

    /// <summary>From the work service: the attempt's end. An older attempt's end changes nothing.</summary>
    [Alias("ended")]
    Task EndedAsync(int attempt, WorkOutcome outcome);

    [Alias("work-status"), AlwaysInterleave]
    Task<WorkStatus> GetStatusAsync();
}
