using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Concurrency;

namespace IconDiffusion.Grains;

/// <summary>A place in the queue for one piece of work.</summary>
[GenerateSerializer, Immutable]
public sealed record Ticket
{
    [Id(0)] public required WorkId Work { get; init; }

    /// <summary>The experiment that wants it.</summary>
    [Id(1)] public required string Experiment { get; init; }

    /// <summary>Higher goes first.</summary>
    [Id(2)] public required int Priority { get; init; }

    /// <summary>Position of the cell in its experiment: the stages of one cell stay together.</summary>
    [Id(3)] public required int Cell { get; init; }

    /// <summary>Estimate of the device memory that it needs.</summary>
    [Id(4)] public required long MemoryBytes { get; init; }
}

/// <summary>The queue and the devices; its key is <c>default</c>.</summary>
[Alias("icondiffusion.scheduler")]
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>Queues work; what is queued or running already is only noted for this experiment too.</summary>
    [Alias("request")]
    Task RequestAsync(List<Ticket> tickets);

    /// <summary>Takes back everything that this experiment, and no other, waits for; what runs of it is stopped after a checkpoint.</summary>
    [Alias("withdraw")]
    Task WithdrawAsync(string experiment);

    /// <summary>Takes back these of what this experiment, and no other, waits for; what runs already goes on.</summary>
    [Alias("withdraw-waiting")]
    Task WithdrawWaitingAsync(string experiment, List<WorkId> works);

    /// <summary>A silo lives and has these devices.</summary>
    [Alias("heartbeat")]
    Task HeartbeatAsync(NodeReport report);

    /// <summary>A silo stops; its devices get no more work and what it was running is given back.</summary>
    [Alias("leave")]
    Task LeaveAsync(string silo, string incarnation);

    /// <summary>Told by a work grain: this lease has ended. Stopped work goes back to its place in the queue, done and parked work leaves it.</summary>
    [Alias("ended")]
    Task EndedAsync(WorkId work, int attempt, WorkEnd end);

    /// <summary>All devices heard of lately.</summary>
    [Alias("devices"), AlwaysInterleave]
    Task<List<DeviceStatus>> GetDevicesAsync();

    /// <summary>Why waiting work waits, where no device could take it even if free: work key → sentence.</summary>
    [Alias("obstacles"), AlwaysInterleave]
    Task<Dictionary<string, string>> GetObstaclesAsync(string experiment);
}

/// <summary>What becomes of a lease's work.</summary>
[GenerateSerializer]
public enum WorkEnd
{
    /// <summary>Reached its end.</summary>
    Done,

    /// <summary>Failed too often.</summary>
    Parked,

    /// <summary>Stopped or failed once; goes back to its place in the queue.</summary>
    Again,
}
