using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The size of each dimension.</summary>
        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[NativeMethods.icon_dim(Handle)];
                fixed (long* pointer = sizes)
                    NativeMethods.icon_sizes(Handle, pointer);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public ScalarType dtype => Ask((ScalarType)NativeMethods.icon_dtype(Handle));

        public Device device
        {
            get
            {
                long packed = Ask(NativeMethods.icon_device(Handle));
                return new Device((DeviceType)(int)packed, (int)(packed >> 32));
            }
        }

        public DeviceType device_type => Ask((DeviceType)(int)NativeMethods.icon_device(Handle));

        public int device_index => Ask((int)(NativeMethods.icon_device(Handle) >> 32));

        public bool is_cuda => device_type == DeviceType.CUDA;

        public long ndim => dim();

        public bool is_leaf => Ask(NativeMethods.icon_is_leaf(Handle) != 0);

        public long dim() => Ask(NativeMethods.icon_dim(Handle));

        public long numel() => Ask(NativeMethods.icon_numel(Handle));

        public long element_size() => Ask(NativeMethods.icon_element_size(Handle));

        public long storage_offset() => Ask(NativeMethods.icon_storage_offset(Handle));

        public long[] size() => shape;

        public long size(int dim)
        {
            var sizes = shape;
            int at = dim < 0 ? dim + sizes.Length : dim;
            return (uint)at < (uint)sizes.Length
                ? sizes[at]
                : throw new ArgumentOutOfRangeException(nameof(dim), $"Dimension {dim} of a tensor with shape [{string.Join(", ", sizes)}].");
        }

        /// <summary>For each dimension, how many elements apart its neighbours lie in memory.</summary>
        public unsafe long[] stride()
        {
            var strides = new long[NativeMethods.icon_dim(Handle)];
            fixed (long* pointer = strides)
                NativeMethods.icon_strides(Handle, pointer);
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? dim + (int)ndim : dim];

        public bool is_contiguous() => Ask(NativeMethods.icon_is_contiguous(Handle, channelsLast: 0) != 0);

        public override string ToString() => IsInvalid
            ? "a disposed tensor"
            : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        // A question needs this object alive until it is answered.
        private T Ask<T>(T answer)
        {
            GC.KeepAlive(this);
            return answer;
        }
    }
}
