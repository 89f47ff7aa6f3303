using IconDiffusion.Torch;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Ask(NativeMethods.icon_requires_grad(Handle) != 0);
            set => WithGrad(value, force: true);
        }

        /// <summary>The gradient that backward passes have accumulated, or null.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                IntPtr handle;
                if (Ask(NativeMethods.icon_grad(Handle, &handle)) < 0)
                    throw TorchException.Last();
                return handle == IntPtr.Zero ? null : new Tensor(handle);
            }
            set
            {
                if (Ask(NativeMethods.icon_set_grad(Handle, value?.Handle ?? IntPtr.Zero)) < 0)
                    throw TorchException.Last();
                GC.KeepAlive(value);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            WithGrad(requires_grad, force: true);
            return this;
        }

        /// <summary>Keeps the gradient of a tensor that is not a leaf.</summary>
        public void retain_grad()
        {
            if (Ask(NativeMethods.icon_retain_grad(Handle)) < 0)
                throw TorchException.Last();
        }

        public Tensor detach() => Aten.Call("detach", this);

        public Tensor detach_() => Aten.Call("detach_", this);

        public void backward() => autograd.backward(this);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false,
            IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        internal Tensor WithGrad(bool requires_grad, bool force = false)
        {
            if ((requires_grad || force) && Ask(NativeMethods.icon_set_requires_grad(Handle, requires_grad ? 1 : 0)) < 0)
                throw TorchException.Last();
            return this;
        }
    }
}
