using IconDiffusion.Torch;
using TorchSharp.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // The data itself, in host memory.
    public partial class Tensor
    {
        /// <summary>The bytes of a contiguous CPU tensor, in place: valid while the tensor is.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_contiguous())
                    throw new InvalidOperationException($"The bytes of {this} are not contiguous; call contiguous() first.");
                return new Span<byte>(Data(), checked((int)(numel() * element_size())));
            }
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"{value.Length} bytes came for {this}, which holds {target.Length}.");
                value.CopyTo(target);
            }
        }

        /// <summary>Typed access to a CPU tensor's elements; T must be its element type.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            if (ElementTypes.Of<T>() != dtype)
                throw new ArgumentException($"Elements of type {typeof(T).Name} were asked of {this}.");
            return new TensorAccessor<T>(this);
        }

        /// <summary>The one element of a tensor, as T, which must be its element type. Waits for the device.</summary>
        public unsafe T item<T>() where T : unmanaged
        {
            if (numel() != 1)
                throw new InvalidOperationException($"item() takes a tensor of one element, not {this}.");
            if (ElementTypes.Of<T>() != dtype)
                throw new ArgumentException($"An element of type {typeof(T).Name} was asked of {this}.");
            if (device_type == DeviceType.CPU)
                return Ask(*(T*)Data());
            using var host = cpu();
            return host.item<T>();
        }

        public float ReadCpuSingle(long i) => data<float>()[i];

        /// <summary>The address of the first element. The caller keeps this tensor alive.</summary>
        internal unsafe void* Data()
        {
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException($"The data of {this} is not in host memory; call cpu() first.");
            var pointer = NativeMethods.icon_data(Handle);
            if (pointer == null && numel() != 0)
                throw TorchException.Last();
            return pointer;
        }
    }
}
