namespace IconDiffusion.Silo.Devices;

/// <summary>Memory of the machine and its GPUs at one moment.</summary>
/// <param name="Host">Of the machine.</param>
/// <param name="Gpus">Of each GPU, in CUDA's order; shorter where the driver does not tell.</param>
internal sealed record DeviceMemory(HostMemory Host, IReadOnlyList<GpuUse> Gpus)
{
    /// <summary>Bytes in all, and bytes that a new piece of work could have.</summary>
    /// <param name="isWorking">Whether anything runs in this process.</param>
    public (long Total, long Free) Of(SiloDevice device, bool isWorking)
    {
        if (!device.IsCuda) return (Host.TotalBytes, isWorking ? Host.AvailableBytes : Math.Min(Host.TotalBytes, Host.AvailableBytes + Host.HeldBytes));
        // Not told: let it be tried, the device itself says when there is too little.
        return GpuOf(device) is { } gpu ? (gpu.TotalBytes, gpu.TotalBytes - gpu.OthersBytes) : (Unknown, Unknown);
    }

    /// <summary>What the driver tells of a device; null: it is no GPU, or the driver tells nothing.</summary>
    public GpuUse? GpuOf(SiloDevice device) =>
        device.IsCuda && int.Parse(device.Compute.AsSpan("cuda:".Length)) is var index && index < Gpus.Count ? Gpus[index] : null;

    private const long Unknown = 1L << 40;
}

/// <summary>What the driver tells of one GPU.</summary>
/// <param name="TotalBytes">Memory there is.</param>
/// <param name="OthersBytes">Memory other processes have.</param>
/// <param name="Temperature">°C; null: not told.</param>
internal sealed record GpuUse(long TotalBytes, long OthersBytes, int? Temperature);
