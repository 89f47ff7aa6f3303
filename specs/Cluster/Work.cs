using System.Text.Json.Serialization;

namespace IconDiffusion.Specs.Cluster;

/// <summary>One piece of work that takes a device; <see cref="WorkKind"/> knows what kinds there are.</summary>
[SpecsOfWork]
public abstract record WorkSpec
{
    /// <summary>Where in the data folder it writes, with '/'.</summary>
    [JsonIgnore]
    public abstract string Folder { get; }
}

/// <summary>Work on one run.</summary>
public abstract record RunWork : WorkSpec
{
    /// <summary>See <see cref="RunIdentity.Run"/>.</summary>
    public required string RunId { get; init; }

    public required RunSpec Run { get; init; }

    /// <summary>Names the prepared data set.</summary>
    public required string DatasetFingerprint { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Folder => $"runs/{RunId}";
}

/// <summary>Trains the run until a limit is reached.</summary>
public sealed record TrainingWork : RunWork
{
    public required MonitoringSpec Monitoring { get; init; }
}

/// <summary>Draws icons <see cref="First"/> … <see cref="First"/> + <see cref="Count"/> − 1 and extracts their features.</summary>
public sealed record SampleWork : RunWork
{
    public required int First { get; init; }

    public required int Count { get; init; }
}

/// <summary>Draws more icons of a trained run, or a film between icons, because somebody asks for them; at least one of the two.</summary>
public sealed record DrawingWork : RunWork
{
    /// <summary>Icons to have, from icon 0 on; null: none but those of the film.</summary>
    public int? Count { get; init; }

    /// <summary>The icons that a film passes through before it returns to the first; null: no film.</summary>
    public EquatableList<int>? Film { get; init; }

    /// <summary>Frames from one icon of the film to the next.</summary>
    public int Frames { get; init; }

    /// <summary>Tells a drawing from everything else, as <see cref="WorkKind.Key"/>.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    public static string KeyOf(string runId, string name) => $"{runId}/drawing#{name}";

    /// <summary>Tells it from other drawings of the run.</summary>
    [JsonIgnore]
    public string Name => string.Join('-', [RunIdentity.Samples(Run.Sampling.Sampler), .. Count is { } count ? [$"{count}"] : Array.Empty<string>(), .. Film is { } film ? [$"film-{string.Join('-', film)}x{Frames}"] : Array.Empty<string>()]);
}

/// <summary>Merges the features of all batches into the scores and writes the report.</summary>
public sealed record EvaluationWork : RunWork
{
    public required TrainingSummary Training { get; init; }

    /// <summary>Icons there are, and the time that all batches took together.</summary>
    public required SamplingSummary Sampling { get; init; }
}

/// <summary>Makes an experiment's report: its tables, its figure, and the page on whether the runs copy.</summary>
public sealed record ReportWork : WorkSpec
{
    /// <summary>See <see cref="RunIdentity.Experiment(ExperimentSpec)"/>.</summary>
    public required string Experiment { get; init; }

    /// <summary>What is reported, in the order of the experiment's runs.</summary>
    public required EquatableList<RunResult> Results { get; init; }

    /// <summary>The runs that have no result, a sentence for each: which, and why.</summary>
    public required EquatableList<string> Missing { get; init; }

    /// <inheritdoc cref="RunIdentity.Report"/>
    [JsonIgnore]
    public string Name => RunIdentity.Report(Results, Missing);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Folder => $"experiments/{Experiment}";
}

/// <summary>How far a piece of work is.</summary>
public sealed record WorkProgress
{
    /// <summary>Units done: icons; in training, steps or seconds of the budget, whichever comes to its end first at the mean speed so far.</summary>
    public required double Done { get; init; }

    /// <summary>Units in all.</summary>
    public required double Total { get; init; }

    /// <summary>Optimiser step, in training.</summary>
    public long? Step { get; init; }

    public double? StepsPerSecond { get; init; }

    public double? Loss { get; init; }

    /// <summary>What the looks at a training so far say of its safe window.</summary>
    public TrainingWindow? Window { get; init; }

    /// <summary>Step of the newest checkpoint, in training.</summary>
    public long? CheckpointStep { get; init; }

    /// <summary>Time worked on it, over all interruptions.</summary>
    public TimeSpan Worked { get; init; }

    /// <summary>Memory that the work holds on its device, in bytes, where the device tells.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Share that is done, 0…1.</summary>
    [JsonIgnore]
    public double Share => Total > 0 ? Math.Clamp(Done / Total, 0, 1) : 0;

    /// <summary>All the time that it takes, at the mean speed so far; null: nothing is done yet.</summary>
    [JsonIgnore]
    public TimeSpan? Whole => Share > 0 && Worked > TimeSpan.Zero ? Worked / Share : null;
}

/// <summary>How an attempt ended.</summary>
[OutcomesOfWork]
public abstract record WorkOutcome
{
    /// <summary>Whether the same work would come to the same again. If not, it is done again when it is asked for again.</summary>
    [JsonIgnore]
    public virtual bool IsFinal => true;
}

/// <summary>A limit was reached; the weights are there.</summary>
public sealed record TrainingDone(TrainingSummary Summary) : WorkOutcome;

/// <summary>The icons and their features are there.</summary>
public sealed record SamplesDone(SamplingSummary Summary) : WorkOutcome;

/// <summary>The scores and pictures are there.</summary>
public sealed record EvaluationDone(RunResult Result) : WorkOutcome;

/// <summary>The report is there.</summary>
public sealed record ReportDone(ReportSummary Summary) : WorkOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsFinal => Summary.IsWhole;
}

/// <summary>What was asked for is drawn, as far as the run's budget goes. Asked for again it is looked at again, as files may be deleted.</summary>
/// <param name="Icons">There are from icon 0 on without a gap.</param>
/// <param name="Samples">Their folder among the run's files.</param>
/// <param name="Film">The film among the run's files, a GIF; null: none was asked for.</param>
public sealed record DrawingDone(int Icons, string Samples, string? Film) : WorkOutcome
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsFinal => false;
}

/// <summary>Stopped on request after a checkpoint; the next attempt goes on from there.</summary>
public sealed record WorkStopped : WorkOutcome;

/// <summary>It could not go on.</summary>
/// <param name="Error">The real error, one sentence or more.</param>
public sealed record WorkFailed(string Error) : WorkOutcome;
