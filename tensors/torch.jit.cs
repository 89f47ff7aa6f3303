using System.Runtime.InteropServices;
using IconDiffusion.Torch;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Networks that were saved with their code, as TorchScript.</summary>
    public static class jit
    {
        /// <summary>Loads a file of <c>torch.jit.save</c>, for evaluation. Its code runs when it is called: load trusted files only.</summary>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        /// <exception cref="TorchException">It is no TorchScript, or of a later version.</exception>
        public static ScriptModule<T, TResult> load<T, TResult>(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1)
            where T : Tensor where TResult : Tensor
        {
            if (!File.Exists(filename)) throw new FileNotFoundException($"There is no TorchScript file '{filename}'.", filename);
            var handle = NativeMethods.icon_script_load(filename, (int)device_type, (int)device_index);
            return handle == IntPtr.Zero ? throw TorchException.Last() : new(handle);
        }

        /// <summary>A TorchScript network of one tensor that gives one tensor.</summary>
        public sealed class ScriptModule<T, TResult> : IDisposable, nn.IModule<T, TResult> where T : Tensor where TResult : Tensor
        {
            private readonly Handle _handle;

            internal ScriptModule(IntPtr handle) => _handle = new(handle);

            /// <summary>Runs its <c>forward</c>.</summary>
            /// <exception cref="TorchException">It failed, or gave something else than a tensor.</exception>
            public TResult call(T input1)
            {
                var held = false;
                try
                {
                    _handle.DangerousAddRef(ref held);
                    var result = NativeMethods.icon_script_forward(_handle.DangerousGetHandle(), input1.Handle);
                    GC.KeepAlive(input1);
                    return result == IntPtr.Zero ? throw TorchException.Last() : (TResult)new Tensor(result);
                }
                finally
                {
                    if (held) _handle.DangerousRelease();
                }
            }

            public void Dispose() => _handle.Dispose();

            private sealed class Handle : SafeHandle
            {
                public Handle(IntPtr module) : base(IntPtr.Zero, ownsHandle: true) => SetHandle(module);

                public override bool IsInvalid => handle == IntPtr.Zero;

                protected override bool ReleaseHandle()
                {
                    NativeMethods.icon_script_free(handle);
                    return true;
                }
            }
        }
    }
}
