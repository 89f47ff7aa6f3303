using System.Text.Json.Serialization;

namespace IconDiffusion.Specs.Cluster;

/// <summary>What is asked of the cluster: an experiment, and the data sets that its runs use.</summary>
public sealed record Submission
{
    public required ExperimentSpec Experiment { get; init; }

    /// <summary>Higher goes first; equals go in the order of submission. Null: what it has, and 0 where it is new.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Priority { get; init; }

    /// <summary>
    /// Fingerprint of each run's data set, in the order of the runs. Null where the silo can prepare it itself, which it
    /// does for built-in sources; a folder's it prepares from a <see cref="FolderOffer"/>.
    /// </summary>
    public EquatableList<string?>? Fingerprints { get; init; }

    /// <summary>
    /// What each run's training starts from, in the order of the runs, once the silo has settled it: a run's whole id, or the SHA-256 of a file; null: from random
    /// weights. What comes with a submission is not looked at. Null: all start from random weights.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EquatableList<string?>? Sources { get; init; }

    /// <summary>A run with its source and its bases settled, by which it and its icons have their identities.</summary>
    public RunSpec RunAt(int index)
    {
        var run = Experiment.Runs[index].WithBases(name => SourceName.IndexOf(name) is { } place ? RunIdentity.Run(Experiment.Runs[place], Fingerprints![place]!) : name);
        return Sources?[index] is { } source ? run with { Training = run.Training with { From = source } } : run;
    }
}

/// <summary>What an experiment is doing.</summary>
public enum ExperimentState
{
    /// <summary>Cells wait or run.</summary>
    Running,

    /// <summary>Nothing runs until it is resumed.</summary>
    Paused,

    /// <summary>Nothing runs; submitted again, it goes on.</summary>
    Cancelled,

    /// <summary>Every cell is done or has failed.</summary>
    Finished,
}

/// <summary>What a cell is doing.</summary>
public enum CellState { Waiting, Training, Sampling, Evaluating, Done, Failed, Paused, Cancelled }

/// <summary>One cell of an experiment: one run, its icons and its scores.</summary>
public sealed record CellStatus
{
    /// <summary>Position in the experiment, from 0.</summary>
    public required int Cell { get; init; }

    public required string RunId { get; init; }

    /// <summary>Tells the cells of this experiment apart.</summary>
    public required string Label { get; init; }

    public required CellState State { get; init; }

    /// <summary>Of what is running now; of sampling, over all batches.</summary>
    public WorkProgress? Progress { get; init; }

    /// <summary>Where it runs, such as <c>desktop cuda:0</c>; with several batches at once, all of them.</summary>
    public string? Where { get; init; }

    /// <summary>Attempts of what it is at, the present one included.</summary>
    public int Attempts { get; init; }

    /// <summary>The last error, also of an attempt that was followed by another.</summary>
    public string? Error { get; init; }

    /// <summary>What it waits for where no device can take it, such as <c>no silo has an rtx-3080 with 9.1 GB free</c>.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Once it is done.</summary>
    public Scores? Scores { get; init; }
}

/// <summary>An experiment and all its cells.</summary>
public sealed record ExperimentStatus
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required ExperimentState State { get; init; }

    public required int Priority { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required EquatableList<CellStatus> Cells { get; init; }

    /// <summary>To the end of the last cell, where it can be told.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Its report, which is made after the last cell and when it is asked for; null: none was asked for yet.</summary>
    public ReportStatus? Report { get; init; }
}

/// <summary>An experiment in a list of all.</summary>
public sealed record ExperimentSummary
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required ExperimentState State { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required int Cells { get; init; }

    public required int Done { get; init; }

    public required int Failed { get; init; }
}

/// <summary>One attempt at a piece of work.</summary>
public sealed record AttemptInfo
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required string Silo { get; init; }

    public required string Device { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it ended: <c>done</c>, <c>stopped</c>, <c>lost</c> (its silo vanished) or the error.</summary>
    public string? End { get; init; }
}

/// <summary>One run: its spec, where its training stands and who worked on it.</summary>
public sealed record RunStatus
{
    public required string RunId { get; init; }

    public required RunSpec Spec { get; init; }

    public required CellState State { get; init; }

    public WorkProgress? Progress { get; init; }

    public required EquatableList<AttemptInfo> Attempts { get; init; }

    public TrainingSummary? Training { get; init; }

    public string? Error { get; init; }
}
