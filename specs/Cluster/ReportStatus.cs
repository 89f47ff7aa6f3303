namespace IconDiffusion.Specs.Cluster;

/// <summary>What a report holds, and what it does not; written beside it, after everything else.</summary>
public sealed record ReportSummary
{
    /// <summary>Names what is reported, see <see cref="RunIdentity.Report"/>: the same results have the same report.</summary>
    public required string Results { get; init; }

    /// <summary>Its files' names in the experiment's folder, the page first.</summary>
    public required EquatableList<string> Files { get; init; }

    /// <summary>What it does not show, a sentence each: which run, and why.</summary>
    public required EquatableList<string> Missing { get; init; }

    /// <summary>Whether every file was there that it is made from.</summary>
    public required bool IsWhole { get; init; }
}

/// <summary>Where an experiment's newest report stands.</summary>
public sealed record ReportStatus
{
    public required ReportState State { get; init; }

    /// <inheritdoc cref="ReportSummary.Results"/>
    public required string Results { get; init; }

    /// <summary>While a device makes it.</summary>
    public WorkProgress? Progress { get; init; }

    /// <summary>What it waits for where no device can take it.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>The newest that is there, which may be an older one.</summary>
    public ReportSummary? Summary { get; init; }

    /// <summary>Once it has failed.</summary>
    public string? Error { get; init; }
}

/// <summary>What is happening to a report.</summary>
public enum ReportState { Waiting, Running, Done, Failed }
