using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>The library behind the tensors: its settings, its memory, what it is.</summary>
public static partial class LibTorch
{
    /// <summary>
    /// Chooses the settings of the maths libraries and of the memory for this CPU, never against what the user set. To be called before
    /// the first tensor exists; later it has no effect.
    /// </summary>
    public static void Configure() => CpuEnvironment.Configure();

    /// <summary>
    /// Counts up when a change rounds otherwise, so that the same spec comes to other bits. 1: libtorch 1.13 of Debian; 2: libtorch 2.10.
    /// </summary>
    public const int Generation = 2;

    /// <summary>libtorch's version, for provenance.</summary>
    public static string Version => torch.__version__;

    /// <summary>What is behind the tensors, in one line for a person.</summary>
    public static string Description =>
        $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)} over libtorch {Version}, {(KernelLibrary.IsLoaded ? "with" : "without")} the CPU kernels";

    /// <summary>A CUDA device's name, such as <c>NVIDIA GeForce RTX 3080</c>; <c>cuda:N</c> where nobody can tell.</summary>
    public static string CudaDeviceName(int index) => CudaDriver.NameOf(index) ?? $"cuda:{index}";

    /// <summary>Whether NVIDIA's driver is installed here; asking libtorch for GPUs takes far longer.</summary>
    public static bool HasCudaDriver() => CudaDriver.IsThere();

    /// <summary>Gives memory that is kept for reuse back to the system: for when a run has ended.</summary>
    public static void ReleaseMemory()
    {
        GC.Collect();
        if (OperatingSystem.IsLinux()) _ = malloc_trim(0);
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);
}
