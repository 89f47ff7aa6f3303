using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>The silos heard of, by the monotonic clock alone.</summary>
internal sealed class Nodes(TimeProvider time)
{
    private readonly Dictionary<string, Node> _nodes = [];
    private readonly HashSet<string> _gone = [];

    public IEnumerable<Node> All => _nodes.Values;

    public Node? Find(string silo) => _nodes.GetValueOrDefault(silo);

    /// <summary>Takes a report in; whether it is the first of a silo's life. A life that is over is not heard any more.</summary>
    public bool Hear(NodeReport report)
    {
        if (_gone.Contains(report.Incarnation))
        {
            // It still stops: its work must not be taken for lost while it writes its last checkpoints.
            if (Find(report.Silo) is { } stopping && stopping.Report.Incarnation == report.Incarnation)
                stopping.LastHeard = time.GetTimestamp();
            return false;
        }
        var known = Find(report.Silo);
        if (known is not null && known.Report.Incarnation == report.Incarnation)
        {
            known.Report = report;
            known.LastHeard = time.GetTimestamp();
            return false;
        }
        if (known is not null)
            _gone.Add(known.Report.Incarnation);
        _nodes[report.Silo] = new(report) { LastHeard = time.GetTimestamp() };
        return true;
    }

    /// <summary>This life of a silo takes no more work.</summary>
    public void Leave(string silo, string incarnation)
    {
        _gone.Add(incarnation);
        if (Find(silo) is { } node && node.Report.Incarnation == incarnation)
            node.IsLeaving = true;
    }

    /// <summary>Forgets a silo that fell silent.</summary>
    public void Forget(Node node) => _nodes.Remove(node.Report.Silo);

    /// <summary>Time since a silo was last heard of.</summary>
    public TimeSpan Silence(Node node) => time.GetElapsedTime(node.LastHeard);

    /// <summary>Does not count time in which this process itself did not run against anybody.</summary>
    public void Excuse(TimeSpan gap)
    {
        foreach (var node in All)
            node.LastHeard = Math.Min(time.GetTimestamp(), node.LastHeard + (long)(gap.TotalSeconds * time.TimestampFrequency));
    }
}

/// <summary>One life of a silo.</summary>
internal sealed class Node(NodeReport report)
{
    public NodeReport Report { get; set; } = report;
    public long LastHeard { get; set; }
    public bool IsLeaving { get; set; }

    public DeviceInfo? Device(string id) => Report.Devices.FirstOrDefault(device => device.Id == id);

    /// <summary>Whether it works for anyone who wants this.</summary>
    public bool Serves(QueuedWork work) => Report.Only is not { } only || work.IsWantedBy(only);
}
