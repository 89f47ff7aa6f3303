namespace IconDiffusion.Specs.Cluster;

/// <summary>Which silo answers.</summary>
public sealed record SiloInfo
{
    public required string Name { get; init; }

    /// <summary>New at each start of the process.</summary>
    public required string Incarnation { get; init; }

    /// <summary>Of this code.</summary>
    public required string Version { get; init; }

    /// <summary>The actor runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Its data folder.</summary>
    public required string Data { get; init; }

    public required TimeSpan Uptime { get; init; }

    /// <summary>The only experiment that it works for; null: all.</summary>
    public string? Only { get; init; }
}

/// <summary>Where the running silo of a data folder is: the content of its <c>silo.json</c>.</summary>
/// <param name="Url">For clients on the same machine.</param>
/// <param name="Machine">Which machine that is, the folder being on a network share perhaps.</param>
/// <param name="Pid">The process.</param>
/// <param name="Incarnation">New at each start of the process.</param>
public sealed record SiloAddress(string Url, string Machine, int Pid, string Incarnation);

/// <summary>A file of a run.</summary>
/// <param name="Path">In the run's folder, with '/'.</param>
/// <param name="Modified">Null: not known, the file being on another silo.</param>
public sealed record RunFile(string Path, long Bytes, DateTimeOffset? Modified);

/// <summary>What a retry did.</summary>
/// <param name="Cells">Failed cells that have another three attempts.</param>
public sealed record Retried(int Cells);
