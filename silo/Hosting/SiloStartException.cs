namespace IconDiffusion.Silo.Hosting;

/// <summary>A silo could not start; nothing was changed or destroyed. The message says what to do.</summary>
public sealed class SiloStartException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Address of the silo that has the data folder, if that is why and it can be told.</summary>
    public string? RunningUrl { get; init; }
}
