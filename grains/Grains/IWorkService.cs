using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains;

/// <summary>What a work service is to do.</summary>
/// <param name="Work">Whom to report to.</param>
/// <param name="Attempt">Its number; goes into everything that is written outside of the grain.</param>
/// <param name="Device">One of this silo's devices.</param>
/// <param name="Spec">The work.</param>
public sealed record WorkOrder(WorkId Work, int Attempt, string Device, WorkSpec Spec);

/// <summary>
/// Does the work of this silo's devices on threads of its own, and tells the work's grain: <see cref="IWorkGrain.ReportAsync"/>
/// about once a second and <see cref="IWorkGrain.EndedAsync"/> once. No call blocks.
/// </summary>
public interface IWorkService
{
    /// <summary>
    /// The number of the newest attempt that the work's own files know of; 0: they know of none, or cannot be had now. It is higher than the grain's where the
    /// database was lost, or set back to an earlier state, and what it numbered before is still there.
    /// </summary>
    Task<int> NewestAttemptAsync(WorkId work, WorkSpec spec);

    /// <summary>Starts an attempt; one that runs already goes on. An older attempt at the same work is stopped first.</summary>
    void Start(WorkOrder order);

    /// <summary>Asks an attempt to stop after a checkpoint; its end is reported as for any other. False: it does not run here.</summary>
    bool Stop(WorkId work, int attempt);

    /// <summary>Whether this attempt runs here.</summary>
    bool IsRunning(WorkId work, int attempt);
}

/// <summary>Facts about the node that a grain lives on.</summary>
public interface INodeInfo
{
    /// <summary>The silo's name in the cluster.</summary>
    string Silo { get; }
}
