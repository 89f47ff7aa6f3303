namespace IconDiffusion.Grains.Scheduling;

/// <summary>A device that works on something, or is about to.</summary>
internal sealed class ActiveLease(QueuedWork item, string silo, string device)
{
    public QueuedWork Item => item;
    public WorkId Work => item.Work;
    public Lease Terms { get; } = new(silo, device);

    /// <summary>The work grain has been asked to start and has not answered yet.</summary>
    public bool IsStarting { get; set; }

    /// <summary>The work grain is being asked how it is.</summary>
    public bool IsPolled { get; set; }

    /// <summary>When the work grain last said that it runs.</summary>
    public long StartedAt { get; set; }

    public KeptLease Keep() => new(item.Keep(), silo, device);
}
