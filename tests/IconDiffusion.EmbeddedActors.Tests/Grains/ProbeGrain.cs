using Orleans;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>An ambient value of the caller's.</summary>
public static class AsyncLocalProbe
{
    public static AsyncLocal<string?> Value { get; } = new();
}

public interface IProbeGrain : IGrainWithStringKey
{
    Task<string?> Ambient();
}

public sealed class ProbeGrain : Grain, IProbeGrain
{
    public async Task<string?> Ambient()
    {
        await Task.Yield();
        return AsyncLocalProbe.Value.Value;
    }
}
