using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>A piece of work of a cell, and what is known of it.</summary>
internal class CellWork(WorkSpec spec, string deviceClass)
{
    private long? _memoryBytes;

    public WorkSpec Spec => spec;

    public WorkId Id { get; } = WorkId.Of(spec, deviceClass);

    /// <summary>Its grain knows what to do.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>The scheduler has been asked for it.</summary>
    public bool IsRequested { get; set; }

    /// <summary>Estimate of the device memory that it needs.</summary>
    public long MemoryBytes(IExperimentServices services) => _memoryBytes ??= services.MemoryBytes(spec, onGpu: deviceClass is not (DeviceClass.Any or DeviceClass.Cpu));
}

/// <summary>One batch of a cell's icons.</summary>
internal sealed class Batch(SampleWork spec, string deviceClass) : CellWork(spec, deviceClass)
{
    public int Count => spec.Count;

    /// <summary>Once it is drawn.</summary>
    public SamplingSummary? Done { get; set; }

    /// <summary>Its grain knows what to do, and had not ended when it said so.</summary>
    public bool IsAsked { get; set; }

    /// <summary>It runs or ran: it is finished even where the budget has been used up meanwhile.</summary>
    public bool HasBegun { get; set; }
}
