namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            /// <summary>
            /// Moves every tensor, or casts the floating-point ones. The objects stay the same, so an optimiser keeps
            /// its parameters; their gradients are dropped.
            /// </summary>
            internal void MoveTo(Device? device, ScalarType? dtype)
            {
                foreach (var tensor in parameters().Concat(buffers()).ToList())
                {
                    bool cast = dtype is not null && tensor.dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
                    using var detached = tensor.detach();
                    using var moved = detached.to(cast ? dtype!.Value : tensor.dtype, device ?? tensor.device);
                    if (moved.dtype == tensor.dtype && moved.device.Equals(tensor.device))
                        continue;
                    tensor.TakeOver(moved.WithGrad(tensor.requires_grad));
                }
            }
        }
    }
}
