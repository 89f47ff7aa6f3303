using IconDiffusion.Grains;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Silo.Work;

/// <summary>The engine's answers to experiments.</summary>
internal sealed class ExperimentServices(DataFolder data) : IExperimentServices
{
    /// <inheritdoc/>
    public long MemoryBytes(WorkSpec work, bool onGpu) => Stage.Of(work).MemoryBytes(work, onGpu);

    /// <inheritdoc/>
    public void WriteTable(string experimentId, IReadOnlyList<RunResult> results) => ExperimentTable.Write(data, experimentId, results);
}
