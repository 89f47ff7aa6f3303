using IconDiffusion.Specs.Cluster;
using Orleans;

namespace IconDiffusion.Grains;

/// <summary>Names a piece of work, which is also its grain's key. The device class is part of it, since placement has only the key.</summary>
public static class WorkKeys
{
    /// <summary>The class of device behind the last @; see <see cref="DeviceClass"/>.</summary>
    public static string DeviceClassOf(string key) => key[(key.LastIndexOf('@') + 1)..];

    /// <summary>What the work writes, whatever the class of device; see <see cref="WorkKind.Key"/>.</summary>
    public static string FilesOf(string key) => key.Split('#', '@')[0];
}

/// <summary>A piece of work's identity in the cluster.</summary>
[GenerateSerializer, Immutable]
public readonly record struct WorkId([property: Id(0)] WorkKind Kind, [property: Id(1)] string Key)
{
    /// <summary>This piece of work on this class of device.</summary>
    public static WorkId Of(WorkSpec work, string deviceClass) => Of(WorkKind.Of(work), work, deviceClass);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Key}".ToLowerInvariant();

    private static WorkId Of(WorkKind kind, WorkSpec work, string deviceClass) => new(kind, $"{kind.Key(work)}@{deviceClass}");
}
