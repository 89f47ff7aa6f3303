using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Devices;

/// <summary>One of a silo's devices.</summary>
/// <param name="Id">Unique in the silo.</param>
/// <param name="Name">As a person knows it.</param>
/// <param name="Compute">Where it computes: <c>cpu</c> or <c>cuda:N</c>.</param>
/// <param name="MemoryBytes">Memory that was declared for it; null: what there is.</param>
internal sealed record SiloDevice(string Id, string Name, string Compute, long? MemoryBytes = null)
{
    /// <summary>Its class; see <see cref="DeviceClass"/>.</summary>
    public string Class => Id == DeviceClass.Cpu || Id.StartsWith(DeviceClass.Cpu + '#', StringComparison.Ordinal) ? DeviceClass.Cpu : DeviceClass.Normalize(Name);

    /// <summary>Whether it is a GPU, not a CPU under its own or a declared name.</summary>
    public bool IsCuda => Compute != DeviceClass.Cpu;
}
