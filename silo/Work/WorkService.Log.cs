using IconDiffusion.Grains;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Work;

internal sealed partial class WorkService
{
    [LoggerMessage(1, LogLevel.Information, "{Work}, attempt {Attempt}, starts on {Device}")]
    private partial void LogStarted(WorkId work, int attempt, string device);

    [LoggerMessage(2, LogLevel.Information, "{Work}, attempt {Attempt}: {Message}")]
    private partial void LogEnded(WorkId work, int attempt, string message);

    [LoggerMessage(3, LogLevel.Warning, "{Work}, attempt {Attempt}: {Message}")]
    private partial void LogWarning(WorkId work, int attempt, string message);

    // The message goes to the run's owner; where in the code it happened is for whoever mends it.
    [LoggerMessage(4, LogLevel.Debug, "{Work}, attempt {Attempt}, failed")]
    private partial void LogFailed(WorkId work, int attempt, Exception failure);
}
