using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace IconDiffusion.Torch;

public static partial class TorchExtras
{
    /// <summary>
    /// Sets the environment variables that OpenBLAS, OpenMP and ATen read when they are loaded, to what suits this
    /// processor; what the user set stays. Happens by itself before the first tensor; calling it first, at the start of the
    /// program, matters only where something else loads those libraries.
    /// </summary>
    public static void ConfigureEnvironment() => CpuEnvironment.Configure();

    /// <summary>What libtorch was built with and how it runs in parallel: several lines, for reports.</summary>
    public static unsafe string BuildInfo() => Marshal.PtrToStringUTF8((IntPtr)NativeMethods.icon_build_info()) ?? "";

    /// <summary>The NVIDIA driver's devices, named and sized, whether or not this libtorch can use them.</summary>
    public static IReadOnlyList<CudaDevice> CudaDevices() => CudaDriver.Devices();

    /// <summary>
    /// Gives the memory that the allocators keep for reuse back to the system and to the CUDA devices. False where a CUDA
    /// device keeps its memory, because the native library was built without CUDA's headers.
    /// </summary>
    public static bool empty_cache()
    {
        NativeMethods.icon_release_cached_memory();
        if (NativeMethods.icon_cuda_device_count() == 0)
            return true;
        int status = NativeMethods.icon_cuda_empty_cache();
        return status >= 0 ? status == 1 : throw TorchException.Last();
    }

    /// <summary>Whether cuDNN times its algorithms for each new shape and keeps the fastest.</summary>
    public static bool CudnnBenchmark
    {
        get => Switch.CudnnBenchmark.Get();
        set => Switch.CudnnBenchmark.Set(value);
    }

    /// <summary>Whether cuDNN uses only algorithms that repeat bit for bit.</summary>
    public static bool CudnnDeterministic
    {
        get => Switch.CudnnDeterministic.Get();
        set => Switch.CudnnDeterministic.Set(value);
    }
}
