using IconDiffusion.Grains;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Hosting;

/// <summary>What the host needs of the silo's work service beside what the grains do.</summary>
public interface ISiloWork : IWorkService
{
    /// <summary>This silo's devices and the memory that is free there now.</summary>
    IReadOnlyList<DeviceInfo> Devices { get; }

    /// <summary>Keys of the work that is running.</summary>
    IReadOnlyList<string> Running { get; }

    /// <summary>A piece of work has started or ended.</summary>
    event Action Changed;

    /// <summary>
    /// Takes no more work, asks all of it to stop after a checkpoint, and completes when it has stopped and its grains know.
    /// Cancelled: gives up waiting; what runs is left to its last checkpoint.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);
}
