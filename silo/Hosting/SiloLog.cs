using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Hosting;

internal static partial class SiloLog
{
    [LoggerMessage(1, LogLevel.Information, "Silo {Name} listens at {Url}; actor runtime {Runtime}, data folder {Data}")]
    public static partial void Listening(this ILogger logger, string name, Uri url, string runtime, string data);

    [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
    public static partial void SecretInDanger(this ILogger logger, string warning);

    [LoggerMessage(3, LogLevel.Warning, "The scheduler does not answer, trying again: {Reason}")]
    public static partial void NotHeard(this ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information, "The scheduler answers again")]
    public static partial void HeardAgain(this ILogger logger);

    [LoggerMessage(5, LogLevel.Error, "Request {Method} {Path} failed ({Trace})")]
    public static partial void RequestFailed(this ILogger logger, Exception failure, string method, string path, string trace);

    [LoggerMessage(6, LogLevel.Warning, "A watcher of {Path} does not read its events and is dropped")]
    public static partial void WatcherDropped(this ILogger logger, string path);

    [LoggerMessage(8, LogLevel.Warning, "The disk of {Data} has {Free} MB left: no work is begun here until there is room; what runs goes on from its last checkpoint")]
    public static partial void DiskFull(this ILogger logger, string data, long free);

    [LoggerMessage(9, LogLevel.Information, "List {Number} of revoked machines is in force")]
    public static partial void Revoked(this ILogger logger, System.Numerics.BigInteger number);

    [LoggerMessage(10, LogLevel.Critical, "The certificate of this machine was revoked: the silo stops")]
    public static partial void OwnCertificateRevoked(this ILogger logger);

    [LoggerMessage(11, LogLevel.Critical, "The cluster's database was set back to an earlier state: this silo has counted to {Seen} there, and it says {Found}. The silo stops, and goes on from what the database knows when it is started again")]
    public static partial void SetBack(this ILogger logger, long found, long seen);

    [LoggerMessage(7, LogLevel.Warning, "The state of {What} cannot be read, trying again: {Reason}")]
    public static partial void NotRead(this ILogger logger, string what, string reason);
}
