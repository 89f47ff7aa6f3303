using System.Runtime.InteropServices;
using System.Text;

namespace IconDiffusion.Kernels;

/// <summary>Asks NVIDIA's driver library, which every machine with such a GPU has, so that no CUDA toolkit is needed.</summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>The driver's name of a GPU, such as <c>NVIDIA GeForce RTX 3080</c>; null where there is no driver or no such GPU.</summary>
    internal static string? NameOf(int index)
    {
        if (!NativeLibrary.TryLoad(Library, typeof(CudaDriver).Assembly, null, out var library)) return null;
        try
        {
            int device;
            byte* name = stackalloc byte[256];
            return cuInit(0) == 0 && cuDeviceGet(&device, index) == 0 && cuDeviceGetName(name, 256, device) == 0
                ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))
                : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    [LibraryImport(Library)] private static partial int cuInit(uint flags);
    [LibraryImport(Library)] private static partial int cuDeviceGet(int* device, int ordinal);
    [LibraryImport(Library)] private static partial int cuDeviceGetName(byte* name, int length, int device);
}
