using System.Runtime.InteropServices;
using IconDiffusion.Torch;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The version of libtorch that the native library was built against.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((IntPtr)NativeMethods.icon_torch_version())!;

    public static int get_num_threads() => NativeMethods.icon_threads();

    /// <summary>How many threads one operation may use. libtorch's own choice is often one.</summary>
    public static void set_num_threads(int num) => Check(NativeMethods.icon_set_threads(num));

    public static int get_num_interop_threads() => NativeMethods.icon_interop_threads();

    public static void set_num_interop_threads(int num) => Check(NativeMethods.icon_set_interop_threads(num));

    public static bool cuda_is_available() => cuda.is_available();

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;
        public static int device_count() => NativeMethods.icon_cuda_device_count();
        public static bool is_cudnn_available() => NativeMethods.icon_cudnn_available() != 0;

        /// <summary>Waits until the device has done all that was asked of it.</summary>
        public static void synchronize(Device? device = null) => Check(NativeMethods.icon_cuda_synchronize(device?.index ?? -1));

        public static void manual_seed(long seed)
        {
            using var generator = Generator.DefaultOf(CUDA);
            generator.manual_seed(seed);
        }
    }

    /// <summary>Switches of the libraries underneath.</summary>
    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => Switch.CublasTf32.Get();
                    set => Switch.CublasTf32.Set(value);
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => Switch.CudnnTf32.Get();
                set => Switch.CudnnTf32.Set(value);
            }
        }
    }

    private static void Check(int status)
    {
        if (status < 0)
            throw TorchException.Last();
    }
}
