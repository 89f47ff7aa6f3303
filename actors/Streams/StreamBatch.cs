using Orleans;

namespace IconDiffusion.EmbeddedActors;

/// <summary>What one step of a stream brought: some items; none yet; or the end, after these items.</summary>
/// <param name="Items">At most <see cref="MaximumItems"/>.</param>
/// <param name="IsLast">No step follows.</param>
[GenerateSerializer]
internal sealed record StreamBatch<T>(List<T> Items, bool IsLast)
{
    public const int MaximumItems = 100;
}
