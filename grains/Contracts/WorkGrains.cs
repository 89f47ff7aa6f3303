using Orleans;

namespace IconDiffusion.Grains;

/// <summary>Finds the grain that keeps a piece of work.</summary>
public static class WorkGrains
{
    /// <summary>The work's grain, whatever its kind.</summary>
    public static IWorkGrain GetWork(this IGrainFactory grains, WorkId work) => work.Kind switch
    {
        WorkKind.Training => grains.GetGrain<ITrainingRunGrain>(work.Key),
        WorkKind.Samples => grains.GetGrain<ISampleBatchGrain>(work.Key),
        WorkKind.Evaluation => grains.GetGrain<IEvaluationGrain>(work.Key),
        _ => throw new ArgumentOutOfRangeException(nameof(work), work.Kind, "Wanted a kind of work that has grains."),
    };
}
