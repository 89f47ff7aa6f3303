using Microsoft.Extensions.Logging;

namespace IconDiffusion.Grains.Scheduling;

public sealed partial class SchedulerGrain
{
    [LoggerMessage(1, LogLevel.Information, "Scheduler: {Waiting} pieces of work wait, {Leases} are leased")]
    private partial void LogActive(int waiting, int leases);

    [LoggerMessage(2, LogLevel.Information, "Silo {Silo} has come, incarnation {Incarnation}, with {Devices} devices")]
    private partial void LogNode(string silo, string incarnation, int devices);

    [LoggerMessage(3, LogLevel.Information, "Silo {Silo} is leaving, incarnation {Incarnation}")]
    private partial void LogLeaving(string silo, string incarnation);

    [LoggerMessage(4, LogLevel.Warning, "Silo {Silo} has been silent for {Silence}; its work is given to others")]
    private partial void LogSilent(string silo, TimeSpan silence);

    [LoggerMessage(5, LogLevel.Information, "{Work} has device {Device} of {Silo}")]
    private partial void LogLeased(WorkId work, string silo, string device);

    [LoggerMessage(6, LogLevel.Information, "{Work}, attempt {Attempt}, ended ({End}) on {Device} of {Silo}")]
    private partial void LogEnded(WorkId work, int attempt, WorkEnd end, string silo, string device);

    [LoggerMessage(7, LogLevel.Information, "{Work} is lost with device {Device} of {Silo}")]
    private partial void LogLost(WorkId work, string silo, string device);

    [LoggerMessage(8, LogLevel.Warning, "{Work} could not be started on device {Device} of {Silo}; it is tried again")]
    private partial void LogNotStarted(Exception exception, WorkId work, string silo, string device);

    [LoggerMessage(9, LogLevel.Warning, "Experiment {Experiment} could not be told that {Work} has ended; it is tried again")]
    private partial void LogUntold(Exception exception, string experiment, WorkId work);

    [LoggerMessage(10, LogLevel.Information, "Experiment {Experiment} wants no more work")]
    private partial void LogWithdrawn(string experiment);

    [LoggerMessage(11, LogLevel.Information, "The experiments did not say in time what comes after {Work}; its device goes to others")]
    private partial void LogSlow(WorkId work);

    [LoggerMessage(12, LogLevel.Warning, "Scheduler failed at {About}; it goes on")]
    private partial void LogBackground(Exception exception, string about);
}
