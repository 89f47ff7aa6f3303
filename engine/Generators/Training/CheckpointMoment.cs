namespace IconDiffusion.Generators.Training;

/// <summary>Where a run stands when it is checkpointed.</summary>
public sealed record CheckpointMoment
{
    /// <summary>Optimiser steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Time worked, over all interruptions.</summary>
    public required TimeSpan Worked { get; init; }

    /// <summary>Length of the loss log in bytes.</summary>
    public required long LossLogLength { get; init; }

    /// <summary>Mean loss of the steps since the previous checkpoint; the best checkpoint is the one where it is lowest.</summary>
    public required double MeanLoss { get; init; }

    /// <summary>What the bits of the weights depend on beside the spec.</summary>
    public required ComputeSettings Compute { get; init; }
}
