using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>What was asked for; written once.</summary>
public sealed record ExperimentMemory
{
    /// <summary>Null: never submitted.</summary>
    public Submission? Submission { get; init; }

    /// <summary>For showing.</summary>
    public DateTimeOffset SubmittedAt { get; init; }
}

/// <summary>The last command and a summary of the cells. The summary may lag a second behind; the work grains know the truth.</summary>
public sealed record ProgressMemory
{
    public ExperimentCommand Command { get; init; }

    /// <summary>In the order of the runs.</summary>
    public EquatableList<CellMemory> Cells { get; init; } = [];

    /// <summary>Results that the tables had when they were written last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TableRows { get; init; }

    /// <summary>The report that was asked for last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportStatus? Report { get; init; }

    /// <summary>Results have come since; after the last cell, a report is made of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsReportDue { get; init; }
}

/// <summary>What the user wants of an experiment.</summary>
public enum ExperimentCommand { Run, Pause, Cancel }

/// <summary>What is known of a cell without asking anybody.</summary>
public sealed record CellMemory
{
    /// <summary>The stage that it is at or waits for: training, sampling, evaluating, done, in this order.</summary>
    public CellState Stage { get; init; } = CellState.Training;

    /// <summary>Its stage's work failed too often.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasFailed { get; init; }

    /// <summary>Its failed work is to get fresh attempts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRetried { get; init; }

    /// <summary>Attempts of the work that ended last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Attempts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingSummary? Training { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SamplingSummary? Sampling { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Scores? Scores { get; init; }

    /// <summary>Nothing is left to do.</summary>
    [JsonIgnore]
    public bool IsFinal => HasFailed || Stage == CellState.Done;

    /// <summary>Time that a stage took; null: it has not ended, or takes seconds.</summary>
    public TimeSpan? Took(CellState stage) => stage switch
    {
        CellState.Training => Training?.Time,
        CellState.Sampling => Sampling?.Time,
        _ => null,
    };
}
