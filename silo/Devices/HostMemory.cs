using System.Globalization;

namespace IconDiffusion.Silo.Devices;

/// <summary>The machine's memory, or the container's.</summary>
/// <param name="TotalBytes">There is.</param>
/// <param name="AvailableBytes">Can be had without swapping.</param>
/// <param name="HeldBytes">This process holds.</param>
internal sealed record HostMemory(long TotalBytes, long AvailableBytes, long HeldBytes)
{
    /// <summary>Looks it up.</summary>
    public static HostMemory Read()
    {
        // Of a container with a limit this is the limit.
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        const string Info = "/proc/meminfo";
        var available = File.Exists(Info) ? Parse(File.ReadLines(Info)) : null;
        return new(total, Math.Min(total, available ?? AvailableToRuntime()), Environment.WorkingSet);
    }

    /// <summary>What the runtime saw at its last collection, where the kernel tells nothing: bytes.</summary>
    internal static long AvailableToRuntime()
    {
        // Before the first one it has seen nothing.
        if (GC.CollectionCount(0) == 0) GC.Collect(0);
        var seen = GC.GetGCMemoryInfo(GCKind.Any);
        return Math.Max(0, seen.TotalAvailableMemoryBytes - seen.MemoryLoadBytes);
    }

    /// <summary>The kernel's MemAvailable, in bytes.</summary>
    internal static long? Parse(IEnumerable<string> meminfo) =>
        meminfo.FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line["MemAvailable:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, null, out var kilobytes)
            ? kilobytes << 10
            : null;
}
