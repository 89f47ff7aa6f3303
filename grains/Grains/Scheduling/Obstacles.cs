using System.Globalization;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>Says why work waits that no device could take even if it were free.</summary>
internal static class Obstacles
{
    // Letters whose names begin with a vowel: an RTX, a GTX.
    private const string SpokenWithVowel = "aefhilmnorsx8";

    /// <summary>Work key → sentence, for those that have an obstacle.</summary>
    /// <param name="waiting">The work.</param>
    /// <param name="nodes">The silos.</param>
    /// <param name="room">Memory that a device could give, in bytes; where it works, once it has done so.</param>
    public static Dictionary<string, string> Find(
        IEnumerable<QueuedWork> waiting, IEnumerable<Node> nodes, Func<Node, DeviceInfo, long> room)
    {
        var here = nodes.Where(node => !node.IsLeaving).ToList();
        return waiting.Select(item => (item.Work.Key, Sentence: Sentence(item, here, room)))
            .Where(pair => pair.Sentence is not null)
            .ToDictionary(pair => pair.Key, pair => pair.Sentence!);
    }

    private static string? Sentence(QueuedWork item, List<Node> nodes, Func<Node, DeviceInfo, long> room)
    {
        var devices = nodes.Where(node => node.Serves(item)).SelectMany(node => node.Report.Devices
            .Where(device => DeviceClass.Matches(item.DeviceClass, device.Class)).Select(device => (node.Report, Bytes: room(node, device)))).ToList();
        var able = devices.FindAll(device => item.MemoryBytes <= device.Bytes);
        if (able.Exists(device => !device.Report.IsDiskFull))
            return null;
        if (able.Count > 0)
            return $"the disk of {string.Join(" and of ", able.Select(device => device.Report.Silo).Distinct())} is full; make room there";
        var kind = item.DeviceClass == DeviceClass.Any ? "a device"
            : $"{(SpokenWithVowel.Contains(item.DeviceClass[0]) ? "an" : "a")} {item.DeviceClass}";
        return devices.Count == 0
            ? $"no silo has {kind}"
            : string.Create(CultureInfo.InvariantCulture, $"no silo has {kind} with {item.MemoryBytes / 1e9:0.0} GB free");
    }
}
