using System.Text.Json.Serialization;

namespace IconDiffusion.Specs.Cluster;

/// <summary>One device of a silo.</summary>
public sealed record DeviceInfo
{
    /// <summary>Unique in its silo: <c>cpu</c>, <c>cuda:0</c>, <c>rtx-3080#2</c> for a declared one.</summary>
    public required string Id { get; init; }

    /// <summary>As a person knows it.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="DeviceClass"/>.</summary>
    public required string Class { get; init; }

    public required long MemoryBytes { get; init; }

    /// <summary>Memory that a new piece of work could have.</summary>
    public required long FreeMemoryBytes { get; init; }

    /// <summary>°C, of a GPU whose driver tells it.</summary>
    public int? Temperature { get; init; }
}

/// <summary>What a silo tells the scheduler about itself, once a second.</summary>
public sealed record NodeReport
{
    public required string Silo { get; init; }

    /// <summary>New at each start of the process: whatever an older one was working on, it no longer is.</summary>
    public required string Incarnation { get; init; }

    public required EquatableList<DeviceInfo> Devices { get; init; }

    /// <summary>Work that is running there.</summary>
    public required EquatableList<string> Running { get; init; }

    /// <summary>The only experiment that this silo works for; null: all.</summary>
    public string? Only { get; init; }

    /// <summary>Room on the disk of its data folder, for its user; null: not known.</summary>
    public long? FreeDiskBytes { get; init; }

    /// <summary>With less room than this a disk counts as full: what is left is for states, logs and work that runs already.</summary>
    public const long LeastDiskBytes = 200_000_000;

    /// <summary>Whether no work is begun there for want of room on the disk.</summary>
    [JsonIgnore]
    public bool IsDiskFull => FreeDiskBytes < LeastDiskBytes;
}

/// <summary>A device as the scheduler sees it.</summary>
public sealed record DeviceStatus
{
    public required string Silo { get; init; }

    public required DeviceInfo Device { get; init; }

    /// <summary>The work that it is leased to.</summary>
    public string? Work { get; init; }

    /// <summary>Time since the silo was last heard of.</summary>
    public required TimeSpan Silent { get; init; }
}
