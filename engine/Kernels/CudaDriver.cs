using System.Runtime.InteropServices;
using System.Text;

namespace IconDiffusion.Kernels;

/// <summary>Asks NVIDIA's driver library, which every machine with such a GPU has, so that no CUDA toolkit is needed.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>The library's file on this system.</summary>
    internal static string Library => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Whether the driver is installed; there may be no GPU all the same.</summary>
    internal static bool IsThere()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(CudaDriver).Assembly, null, out var library)) return false;
        NativeLibrary.Free(library);
        return true;
    }

    /// <summary>The driver's name of a GPU, such as <c>NVIDIA GeForce RTX 3080</c>; null where there is no driver or no such GPU.</summary>
    internal static string? NameOf(int index)
    {
        if (!NativeLibrary.TryLoad(Library, typeof(CudaDriver).Assembly, null, out var library)) return null;
        try
        {
            var init = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(library, "cuInit");
            var deviceGet = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(library, "cuDeviceGet");
            var deviceGetName = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(library, "cuDeviceGetName");
            int device;
            byte* name = stackalloc byte[256];
            return init(0) == 0 && deviceGet(&device, index) == 0 && deviceGetName(name, 256, device) == 0
                ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))
                : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }
}
