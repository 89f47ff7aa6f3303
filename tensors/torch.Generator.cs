using IconDiffusion.Torch;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers on one device. Its state, a uint8 tensor, makes it continue exactly.</summary>
    public sealed class Generator : IDisposable
    {
        private IntPtr _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            _handle = Check(NativeMethods.icon_new_generator((int)this.device.type, this.device.index, seed));
        }

        private Generator(Device device, IntPtr handle) => (this.device, _handle) = (device, handle);

        ~Generator() => Release();

        /// <summary>The CPU's own generator, which operations use when given none.</summary>
        public static Generator Default => DefaultOf(CPU);

        public Device device { get; }

        public IntPtr Handle => _handle != IntPtr.Zero ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public unsafe long initial_seed()
        {
            ulong seed;
            Check(NativeMethods.icon_generator_seed(Handle, &seed));
            GC.KeepAlive(this);
            return (long)seed;
        }

        public Generator manual_seed(long seed)
        {
            Check(NativeMethods.icon_seed_generator(Handle, (ulong)seed));
            return this;
        }

        public Tensor get_state()
        {
            var state = new Tensor(Check(NativeMethods.icon_generator_state(Handle)));
            GC.KeepAlive(this);
            return state;
        }

        public void set_state(Tensor value)
        {
            Check(NativeMethods.icon_set_generator_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        /// <summary>The device's own generator; the result is a handle on it, not a copy.</summary>
        internal static Generator DefaultOf(Device device) =>
            new(device, Check(NativeMethods.icon_default_generator((int)device.type, device.index)));

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, IntPtr.Zero);
            if (handle != IntPtr.Zero)
                NativeMethods.icon_free_generator(handle);
        }

        private static IntPtr Check(IntPtr handle) => handle != IntPtr.Zero ? handle : throw TorchException.Last();

        private static void Check(int status)
        {
            if (status < 0)
                throw TorchException.Last();
        }
    }
}
