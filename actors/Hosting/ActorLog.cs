using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

internal static partial class ActorLog
{
    [LoggerMessage(1, LogLevel.Information, "Actor runtime: {Runtime}; {Classes} grain classes, database {Path}")]
    public static partial void Started(this ILogger logger, string runtime, int classes, string path);

    [LoggerMessage(2, LogLevel.Debug, "Grain {Grain} is active")]
    public static partial void Activated(this ILogger logger, GrainId grain);

    [LoggerMessage(3, LogLevel.Debug, "Grain {Grain} is deactivated: {Reason}")]
    public static partial void Deactivated(this ILogger logger, GrainId grain, string reason);

    [LoggerMessage(4, LogLevel.Error, "Grain {Grain} could not be activated")]
    public static partial void ActivationFailed(this ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(5, LogLevel.Error, "Grain {Grain} failed to end")]
    public static partial void DeactivationFailed(this ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(6, LogLevel.Error, "{Exception} cannot travel from grain {Grain}; its caller gets a CodecNotFoundException")]
    public static partial void ExceptionCannotTravel(this ILogger logger, Exception original, GrainId grain, string exception);

    [LoggerMessage(7, LogLevel.Warning, "One-way call to grain {Grain} failed")]
    public static partial void OneWayFailed(this ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(8, LogLevel.Warning, "Timer of grain {Grain} failed; it goes on")]
    public static partial void TimerFailed(this ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(9, LogLevel.Error, "Reminder '{Reminder}' of grain {Grain} failed; it goes on")]
    public static partial void ReminderFailed(this ILogger logger, Exception exception, string reminder, GrainId grain);

    [LoggerMessage(10, LogLevel.Warning, "Stream of grain {Grain} failed to end")]
    public static partial void StreamEndFailed(this ILogger logger, Exception exception, GrainId grain);
}
