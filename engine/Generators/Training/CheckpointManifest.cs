namespace IconDiffusion.Generators.Training;

/// <summary>
/// What a checkpoint file must hold, and where the run stood. Weights, averaged weights and Adam's moments are in the file;
/// data order and random draws follow from seed and step alone (docs/decisions/0003), so the step is the whole of their state.
/// </summary>
public sealed record CheckpointManifest
{
    /// <summary>The format that this code writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of this file's form.</summary>
    public required int Format { get; init; }

    /// <summary>Identity of the run that the weights belong to.</summary>
    public required string RunId { get; init; }

    /// <summary>The moment of the training that the checkpoint is of.</summary>
    public required CheckpointMoment Moment { get; init; }

    /// <summary>Size of the weights file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the weights file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }
}

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
