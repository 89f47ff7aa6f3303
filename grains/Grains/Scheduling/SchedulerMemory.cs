using IconDiffusion.Grains.Experiments;
using IconDiffusion.Specs;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>
/// The queue as it is kept. It may lag a second behind: what is queued is known to the work grains too, and the experiments
/// ask for it again.
/// </summary>
public sealed record QueueMemory
{
    /// <summary>Order of first submission.</summary>
    public EquatableList<string> Experiments { get; init; } = [];

    /// <summary>In the order of their arrival.</summary>
    public EquatableList<KeptWork> Waiting { get; init; } = [];
}

/// <summary>The leases as they are kept: none begins before it is on the disk.</summary>
public sealed record LeaseMemory
{
    public EquatableList<KeptLease> Leases { get; init; } = [];
}

/// <summary>Work that somebody wants.</summary>
public sealed record KeptWork(WorkId Work, long MemoryBytes, EquatableList<KeptWish> Wishes);

/// <summary>Who wants it, and how much.</summary>
public sealed record KeptWish(string Experiment, int Priority, int Cell);

/// <summary>Work that has a device.</summary>
public sealed record KeptLease(KeptWork Work, string Silo, string Device);
