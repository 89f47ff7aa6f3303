using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Work;

/// <summary>All that a work grain remembers, and how it goes from one stage to the next.</summary>
public sealed record WorkMemory
{
    /// <summary>Attempts that may fail before the work is parked.</summary>
    public const int MostFailures = 3;

    private const int MostAttemptInfos = 20;

    public WorkStage Stage { get; init; } = new WorkStage.Unprepared();

    /// <summary>What is to be done, once prepared.</summary>
    public WorkSpec? Spec { get; init; }

    /// <summary>The newest attempt's number; 0: none yet. The next one's is higher than any before, so that whatever an older attempt left can be told apart.</summary>
    public int Attempt { get; init; }

    /// <summary>Failed attempts since the work was prepared or retried.</summary>
    public int Failures { get; init; }

    /// <summary>The last error.</summary>
    public string? Error { get; init; }

    /// <summary>The last attempts, oldest first.</summary>
    public EquatableList<AttemptInfo> Attempts { get; init; } = [];

    public WorkMemory Prepared(WorkSpec spec) => this with { Stage = new WorkStage.Queued(), Spec = spec };

    /// <summary>Work that has ended gets its attempts back.</summary>
    public WorkMemory Retried() => this with { Stage = new WorkStage.Queued(), Failures = 0 };

    /// <summary>A new attempt on this device; one that was running is lost.</summary>
    /// <param name="known">See <see cref="IWorkService.NewestAttemptAsync"/>.</param>
    public WorkMemory Begun(Lease lease, int known, DateTimeOffset now)
    {
        var before = Stage is WorkStage.Running ? Lost(now) : this;
        var number = Math.Max(Attempt, known) + 1;
        var info = new AttemptInfo { Number = number, Silo = lease.Silo, Device = lease.Device, StartedAt = now };
        return before with
        {
            Stage = new WorkStage.Running(lease),
            Attempt = number,
            Attempts = [.. before.Attempts.TakeLast(MostAttemptInfos - 1), info],
        };
    }

    /// <summary>The attempt vanished with its silo, which is no failure of the work.</summary>
    public WorkMemory Lost(DateTimeOffset now) => Closed("lost", now) with { Stage = new WorkStage.Queued() };

    /// <summary>The attempt ended like this.</summary>
    public WorkMemory Ended(WorkOutcome outcome, DateTimeOffset now) => outcome switch
    {
        WorkStopped => Closed("stopped", now) with { Stage = new WorkStage.Queued() },
        WorkFailed failed => Closed(failed.Error, now) with
        {
            Stage = Failures + 1 < MostFailures ? new WorkStage.Queued() : new WorkStage.Parked(),
            Failures = Failures + 1,
            Error = failed.Error,
        },
        _ => Closed("done", now) with { Stage = new WorkStage.Done(outcome) },
    };

    private WorkMemory Closed(string end, DateTimeOffset now) => this with
    {
        Attempts = [.. Attempts.SkipLast(1), .. Attempts.TakeLast(1).Select(last => last with { EndedAt = now, End = end })],
    };
}

/// <summary>Where a piece of work stands.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Unprepared), "unprepared")]
[JsonDerivedType(typeof(Queued), "queued")]
[JsonDerivedType(typeof(Running), "running")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Parked), "parked")]
public abstract record WorkStage
{
    /// <summary>Nobody has said yet what is to be done.</summary>
    public sealed record Unprepared : WorkStage;

    /// <summary>Waits for a device.</summary>
    public sealed record Queued : WorkStage;

    /// <summary>The newest attempt works on this device.</summary>
    public sealed record Running(Lease Lease) : WorkStage;

    /// <summary>Reached its end.</summary>
    public sealed record Done(WorkOutcome Outcome) : WorkStage;

    /// <summary>Failed too often; goes on only when retried.</summary>
    public sealed record Parked : WorkStage;
}
