using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Concurrency;

namespace IconDiffusion.Grains;

/// <summary>One experiment; its key is <see cref="Specs.RunIdentity.Experiment"/>. All commands may be repeated.</summary>
[Alias("icondiffusion.experiment")]
public interface IExperimentGrain : IGrainWithStringKey
{
    /// <summary>Takes the experiment on; one that is there goes on with what is missing, cancelled or failed.</summary>
    /// <param name="submission">With a fingerprint for every run.</param>
    [Alias("submit")]
    Task SubmitAsync(Submission submission);

    /// <summary>Stops what runs after a checkpoint; nothing runs until resumed.</summary>
    /// <exception cref="ExperimentMissingException">Never submitted. So do the other commands.</exception>
    [Alias("pause")]
    Task PauseAsync();

    [Alias("resume")]
    Task ResumeAsync();

    /// <summary>Stops what runs after a checkpoint, for good unless submitted again.</summary>
    [Alias("cancel")]
    Task CancelAsync();

    /// <summary>Gives every failed cell another three attempts; returns how many there were.</summary>
    [Alias("retry")]
    Task<int> RetryAsync();

    /// <summary>Moves what waits of it to another place in the queue; what runs goes on.</summary>
    /// <param name="priority">Higher goes first; equals go in the order of submission.</param>
    [Alias("prioritize")]
    Task PrioritizeAsync(int priority);

    /// <summary>Asks for a report of the results so far. One that is there is not made again, unless files were missing or it has failed.</summary>
    /// <exception cref="ExperimentMissingException">Never submitted.</exception>
    [Alias("report")]
    Task<ReportStatus> ReportAsync();

    /// <summary>Where it stands; null: never submitted.</summary>
    [Alias("status"), AlwaysInterleave]
    Task<ExperimentStatus?> GetStatusAsync();

    /// <summary>What was asked for, with a fingerprint for every run; null: never submitted.</summary>
    [Alias("submission"), AlwaysInterleave]
    Task<Submission?> GetSubmissionAsync();

    /// <summary>The results of the cells that are done, in the order of the cells.</summary>
    [Alias("results"), AlwaysInterleave]
    Task<List<Specs.RunResult>> GetResultsAsync();

    /// <summary>Told by the scheduler that a piece of work of this experiment has reached its end or is parked.</summary>
    [Alias("work-ended")]
    Task WorkEndedAsync(WorkId work);
}

/// <summary>The list of all experiments; its key is <c>default</c>.</summary>
[Alias("icondiffusion.experiments")]
public interface IExperimentIndexGrain : IGrainWithStringKey
{
    /// <summary>Adds an experiment or changes its line.</summary>
    [Alias("note")]
    Task NoteAsync(ExperimentSummary summary);

    /// <summary>Newest first.</summary>
    [Alias("list"), ReadOnly]
    Task<List<ExperimentSummary>> ListAsync();
}

/// <summary>No such experiment was submitted.</summary>
[GenerateSerializer]
public sealed class ExperimentMissingException(string message) : Exception(message);
