namespace IconDiffusion.Silo.Hosting;

/// <summary>What makes this start of the silo this one.</summary>
/// <param name="token">What the API wants to be shown.</param>
/// <param name="incarnation">New at each start.</param>
/// <param name="started">Timestamp of the start.</param>
internal sealed class SiloIdentity(string token, string incarnation, long started)
{
    public string Token { get; } = token;

    public string Incarnation { get; } = incarnation;

    public long Started { get; } = started;

    /// <summary>Orleans' number of this start, where the silo is one of a cluster.</summary>
    public int Generation { get; init; }

    /// <summary>Once the API listens.</summary>
    public Uri Url { get; set; } = null!;
}
