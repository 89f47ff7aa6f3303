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
        if (int.Parse(device.Compute.AsSpan("cuda:".Length)) is var index && index >= Gpus.Count) return (Unknown, Unknown);
        var gpu = Gpus[index];
        return (gpu.TotalBytes, gpu.TotalBytes - gpu.OthersBytes);
    }

    private const long Unknown = 1L << 40;
}

/// <summary>Memory of one GPU.</summary>
/// <param name="TotalBytes">There is.</param>
/// <param name="OthersBytes">Other processes have.</param>
internal sealed record GpuUse(long TotalBytes, long OthersBytes);
