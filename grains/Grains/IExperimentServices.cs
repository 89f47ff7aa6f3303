using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains;

/// <summary>What an experiment asks of the engine.</summary>
public interface IExperimentServices
{
    /// <summary>Estimate, in milliseconds, of the device memory that a piece of work needs, in bytes.</summary>
    /// <param name="onGpu">Whether it is for a GPU.</param>
    long MemoryBytes(WorkSpec work, bool onGpu);

    /// <summary>Writes the table of the results so far into the experiment's folder, and a picture of the best icons; called on a thread of its own.</summary>
    void WriteTable(string experimentId, IReadOnlyList<RunResult> results);
}
