using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Where tensors live, and what results say about it.</summary>
/// <param name="Device">libtorch's device.</param>
/// <param name="Name">As a person knows it, such as <c>AMD EPYC</c> or <c>NVIDIA GeForce RTX 3080</c>.</param>
/// <param name="Threads">CPU threads that libtorch uses.</param>
public sealed record ComputeDevice(Device Device, string Name, int Threads)
{
    /// <summary>Loads libtorch and chooses the device.</summary>
    /// <param name="wanted"><c>auto</c> (CUDA where there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">CPU threads, at least 1.</param>
    /// <exception cref="DeviceException">The device is unknown or this machine or this libtorch does not have it.</exception>
    public static ComputeDevice Open(string wanted, int threads)
    {
        LibTorch.Configure();
        set_num_threads(threads);
        var gpus = cuda.is_available() ? cuda.device_count() : 0;
        var index = wanted switch
        {
            "cpu" => -1,
            "auto" => gpus > 0 ? 0 : -1,
            "cuda" => 0,
            _ when wanted.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(wanted.AsSpan(5), out var n) && n >= 0 => n,
            _ => throw new DeviceException($"The device is '{wanted}'; wanted auto, cpu, cuda or cuda:N."),
        };
        if (index >= gpus)
            throw new DeviceException($"The device is '{wanted}', but this libtorch sees {gpus} CUDA device(s); 'icon doctor' tells which libtorch it is.");
        return index < 0
            ? new(CPU, CpuName, threads)
            : new(new Device(DeviceType.CUDA, index), LibTorch.CudaDeviceName(index), threads);
    }

    /// <summary>Names of the CUDA GPUs that this libtorch sees, by index; loads libtorch.</summary>
    public static IReadOnlyList<string> CudaNames()
    {
        LibTorch.Configure();
        return cuda.is_available() ? [.. Enumerable.Range(0, cuda.device_count()).Select(LibTorch.CudaDeviceName)] : [];
    }

    /// <summary>The processor's name as it tells it itself; of others than x86 the architecture.</summary>
    public static string CpuName { get; } = FindCpuName();

    private static string FindCpuName()
    {
        const int Extended = unchecked((int)0x80000000);
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(Extended, 0).Eax < 0x80000004u) return RuntimeInformation.ProcessArchitecture.ToString();
        var words = Enumerable.Range(2, 3).Select(leaf => X86Base.CpuId(Extended + leaf, 0)).SelectMany(id => (int[])[id.Eax, id.Ebx, id.Ecx, id.Edx]).ToArray();
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words.AsSpan())).Trim('\0', ' ');
    }
}

/// <summary>A device that this machine or this libtorch does not have; the message says what was asked for.</summary>
public sealed class DeviceException(string message) : Exception(message);
