using Microsoft.Extensions.Logging;

namespace IconDiffusion.Grains.Work;

public abstract partial class WorkGrain
{
    [LoggerMessage(1, LogLevel.Information, "{Work} is {Phase}; attempt {Attempt}, last error: {Error}")]
    private partial void LogStage(WorkId work, WorkPhase phase, int attempt, string? error);

    [LoggerMessage(2, LogLevel.Information, "{Work} heard of attempt {Attempt}, but its attempt {Newest} is the newest or has ended")]
    private partial void LogStale(WorkId work, int attempt, int newest);

    [LoggerMessage(3, LogLevel.Information, "{Work} lives on silo {Here} but was given a device of {There}")]
    private partial void LogMisplaced(WorkId work, string here, string there);
}
