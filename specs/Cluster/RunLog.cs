namespace IconDiffusion.Specs.Cluster;

/// <summary>What a run left in its log.</summary>
public sealed record RunLog
{
    /// <summary>Oldest first; where there are more than fit an answer, the oldest after the step that was asked for.</summary>
    public required EquatableList<LossPoint> Losses { get; init; }

    /// <summary>Oldest first: attempts, warnings, errors.</summary>
    public required EquatableList<RunEvent> Events { get; init; }

    /// <summary>Whether there are later losses than these.</summary>
    public required bool More { get; init; }
}

/// <summary>One optimiser step.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Loss">Mean training loss over the step's images.</param>
/// <param name="GradNorm">L2 norm of the gradient before clipping.</param>
/// <param name="ImagesPerSecond">Images trained on per second of this step.</param>
/// <param name="Seconds">Time worked when the step ended, over all interruptions.</param>
public sealed record LossPoint(long Step, double Loss, double GradNorm, double ImagesPerSecond, double Seconds);

/// <summary>Something that happened to a run; a line of its <c>events.jsonl</c>.</summary>
public sealed record RunEvent
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Where it happened.</summary>
    public required string Silo { get; init; }

    /// <summary>The work, by its key, and the attempt at it.</summary>
    public required string Work { get; init; }

    public required int Attempt { get; init; }

    public required RunEventKind Kind { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }
}

/// <summary>What kind of thing happened.</summary>
public enum RunEventKind { Started, Warning, Stopped, Failed, Done }
