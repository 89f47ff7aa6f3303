namespace IconDiffusion.Generators.Training;

/// <summary>
/// What a checkpoint file must hold, and where the run stood. Weights, averaged weights and Adam's moments are in the file;
/// data order and random draws follow from seed and step alone (docs/decisions/0003), so the step is the whole of their state.
/// </summary>
public sealed record CheckpointManifest
{
    /// <summary>The format that this code writes and reads.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>Identity of the run that the weights belong to.</summary>
    public required string RunId { get; init; }

    public required CheckpointMoment Moment { get; init; }

    /// <summary>Size of the weights file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the weights file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }
}
