namespace IconDiffusion.Client.Cluster;

/// <summary>A silo refused a request or was not found; the message says which and what helps.</summary>
internal class SiloException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>The silo does not answer now; it may later.</summary>
internal sealed class SiloUnreachableException(string message) : SiloException(message, Client.ExitCode.Failed);
