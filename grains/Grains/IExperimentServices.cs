using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains;

/// <summary>What an experiment asks of the engine, in calls of milliseconds.</summary>
public interface IExperimentServices
{
    /// <summary>Estimate of the device memory that a piece of work needs, in bytes.</summary>
    long MemoryBytes(WorkSpec work);

    /// <summary>Writes the table of the results so far into the experiment's folder.</summary>
    void WriteTable(string experimentId, IReadOnlyList<RunResult> results);
}
