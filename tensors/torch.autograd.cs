using IconDiffusion.Torch;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Backward passes over the graph that operations recorded.</summary>
    public static class autograd
    {
        /// <summary>Accumulates the gradient of the outputs into the leaves they came from.</summary>
        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            CheckCount(tensors, grad_tensors);
            IntPtr[] outputs = Handles(tensors), gradients = Handles(grad_tensors), into = Handles(inputs);
            fixed (IntPtr* output = outputs, gradient = gradients, input = into)
            {
                int status = NativeMethods.icon_backward(output, gradients.Length == 0 ? null : gradient, outputs.Length,
                    retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, input, into.Length);
                KeepAlive(tensors, grad_tensors, inputs);
                if (status < 0)
                    throw TorchException.Last();
            }
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>
        /// The gradients of the outputs with respect to the inputs. Give retain_graph along with create_graph:
        /// TorchSharp does not infer one from the other. An input that was not used has a null gradient where allow_unused.
        /// </summary>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            CheckCount(outputs, grad_outputs);
            IntPtr[] from = Handles(outputs), gradients = Handles(grad_outputs), to = Handles(inputs);
            var results = new IntPtr[to.Length];
            fixed (IntPtr* output = from, gradient = gradients, input = to, result = results)
            {
                int status = NativeMethods.icon_autograd_grad(output, gradients.Length == 0 ? null : gradient, from.Length,
                    input, to.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, result);
                KeepAlive(outputs, inputs, grad_outputs);
                if (status < 0)
                    throw TorchException.Last();
            }
            return Array.ConvertAll(results, handle => handle == IntPtr.Zero ? null! : new Tensor(handle));
        }

        internal static IntPtr[] Handles(IList<Tensor>? tensors)
        {
            var handles = new IntPtr[tensors?.Count ?? 0];
            for (int i = 0; i < handles.Length; i++)
                handles[i] = tensors![i]?.Handle ?? IntPtr.Zero;
            return handles;
        }

        internal static void KeepAlive(params ReadOnlySpan<IList<Tensor>?> lists)
        {
            foreach (var list in lists)
                foreach (var tensor in list ?? [])
                    GC.KeepAlive(tensor);
        }

        private static void CheckCount(IList<Tensor> outputs, IList<Tensor>? gradients)
        {
            if (gradients is not null && gradients.Count != 0 && gradients.Count != outputs.Count)
                throw new ArgumentException($"{gradients.Count} gradients came for {outputs.Count} outputs.");
        }
    }

    /// <summary>Operations on this thread record no graph until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradModeGuard(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradModeGuard(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradModeGuard(mode);

    public static bool is_grad_enabled() => NativeMethods.icon_grad_mode() != 0;

    /// <summary>Stricter and cheaper than no_grad: tensors made inside can never enter a graph.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceModeGuard(mode);

    private sealed class GradModeGuard : IDisposable
    {
        private readonly int _before = NativeMethods.icon_grad_mode();

        internal GradModeGuard(bool enabled) => NativeMethods.icon_set_grad_mode(enabled ? 1 : 0);

        public void Dispose() => NativeMethods.icon_set_grad_mode(_before);
    }

    private sealed class InferenceModeGuard : IDisposable
    {
        private IntPtr _guard;

        internal InferenceModeGuard(bool enabled) => _guard = NativeMethods.icon_enter_inference_mode(enabled ? 1 : 0);

        public void Dispose()
        {
            var guard = Interlocked.Exchange(ref _guard, IntPtr.Zero);
            if (guard != IntPtr.Zero)
                NativeMethods.icon_leave_inference_mode(guard);
        }
    }
}
