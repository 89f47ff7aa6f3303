using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains;

/// <summary>Finds the grain that keeps a piece of work.</summary>
public static class WorkGrains
{
    /// <summary>The work's grain, whatever its kind.</summary>
    public static IWorkGrain GetWork(this IGrainFactory grains, WorkId work) => grains.GetGrain<IWorkGrain>(GrainId.Create(work.Kind.Grain, work.Key));
}
