using System.Runtime.InteropServices;
using System.Text;

namespace IconDiffusion.Torch;

/// <summary>Asks NVIDIA's driver library, which every machine with such a GPU has, so that no CUDA toolkit is needed.</summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";

    internal static IReadOnlyList<CudaDevice> Devices()
    {
        if (!NativeLibrary.TryLoad(Library, out var library))
            return [];
        try
        {
            int count;
            if (cuInit(0) != 0 || cuDeviceGetCount(&count) != 0)
                return [];
            var devices = new List<CudaDevice>();
            byte* name = stackalloc byte[256];
            for (int i = 0; i < count; i++)
            {
                int device;
                nuint bytes;
                if (cuDeviceGet(&device, i) == 0 && cuDeviceGetName(name, 256, device) == 0 && cuDeviceTotalMem(&bytes, device) == 0)
                    devices.Add(new CudaDevice(i, Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), (long)bytes));
            }
            return devices;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    [LibraryImport(Library)] private static partial int cuInit(uint flags);
    [LibraryImport(Library)] private static partial int cuDeviceGetCount(int* count);
    [LibraryImport(Library)] private static partial int cuDeviceGet(int* device, int ordinal);
    [LibraryImport(Library)] private static partial int cuDeviceGetName(byte* name, int length, int device);
    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")] private static partial int cuDeviceTotalMem(nuint* bytes, int device);
}
