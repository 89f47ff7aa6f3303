using IconDiffusion.Kernels;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>What the bits of a result depend on beside its spec: the same settings give the same bits.</summary>
/// <param name="Device">The processor's or the card's name.</param>
/// <param name="Threads">Threads that libtorch uses on the CPU.</param>
/// <param name="LibTorch">Version of libtorch.</param>
/// <param name="Generation">Generation of the code; checkpoints that do not say are of the first.</param>
public sealed record ComputeSettings(string Device, int Threads, string LibTorch, int Generation = 1)
{
    /// <summary>Those of this process on a device of that name.</summary>
    public static ComputeSettings Of(string device) => new(device, get_num_threads(), Kernels.LibTorch.Version, Kernels.LibTorch.Generation);

    /// <summary>A sentence about what differs from <paramref name="other"/>; null if nothing does.</summary>
    public string? DifferenceFrom(ComputeSettings other)
    {
        List<string> differences = [];
        if (Device != other.Device) differences.Add($"device {other.Device}, now {Device}");
        if (Threads != other.Threads) differences.Add($"{other.Threads} threads, now {Threads}");
        if (LibTorch != other.LibTorch) differences.Add($"libtorch {other.LibTorch}, now {LibTorch}");
        if (Generation != other.Generation) differences.Add($"code of generation {other.Generation}, which rounded otherwise, now {Generation}");
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }
}
