using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>The gradients by a node's inputs, null where there is none, from those by its outputs, null where undefined.</summary>
/// <param name="saved">What was saved, in order; null where that was.</param>
/// <param name="gradients">Gradients by the outputs.</param>
/// <param name="needed">For each input whether it required a gradient.</param>
internal delegate Tensor?[] NodeGradient(Tensor?[] saved, Tensor?[] gradients, bool[] needed);

/// <summary>
/// A step in libtorch's graph that is differentiated by a function of ours. What it saved is freed as soon as its gradient has been
/// taken, unless the graph is kept.
/// </summary>
internal sealed unsafe class GraphNode
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate LibTorchSharp.TensorArray ApplyFunction(IntPtr* gradients, int count);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void DeleteFunction();

    [ThreadStatic] private static IntPtr* t_results;
    [ThreadStatic] private static Tensor?[]? t_returned;
    [ThreadStatic] private static Exception? t_failure;

    private readonly NodeGradient _gradient;
    private readonly ApplyFunction _apply;
    private readonly DeleteFunction _delete;
    private readonly bool[] _given;
    private readonly bool[] _needed;
    private readonly IntPtr* _returned;
    private readonly LibTorchSharp.NodeHandle _node;
    private GCHandle _self;
    private IntPtr[] _saved;
    private bool _isFreed;

    private GraphNode(Tensor?[] inputs, Tensor?[] saved, NodeGradient gradient)
    {
        (_gradient, _apply, _delete) = (gradient, OnApply, OnDelete);
        _given = Array.ConvertAll(inputs, input => input is not null);
        _needed = Array.ConvertAll(inputs, input => input is not null && input.requires_grad);
        _returned = (IntPtr*)NativeMemory.Alloc((nuint)inputs.Length, (nuint)sizeof(IntPtr));
        _node = LibTorchSharp.THSAutograd_CSharpNode_ctor(
            Marshal.GetFunctionPointerForDelegate(_apply), Marshal.GetFunctionPointerForDelegate(_delete));
        _self = GCHandle.Alloc(this);
        var handles = inputs.Where(input => input is not null).Select(input => input!.Handle).ToArray();
        fixed (IntPtr* pointer = handles)
            LibTorchSharp.THSAutograd_CSharpNode_setNextEdges(_node, new() { Tensors = pointer, Count = handles.Length }, 1);
        LibTorchSharp.THSAutograd_CSharpNode_clearInputMetadata(_node);
        // Before the outputs are of the graph, or a saved output would keep the node that keeps it.
        _saved = Array.ConvertAll(saved, tensor => tensor is null ? 0 : LibTorchSharp.THSAutograd_SavedVariable_ctor(tensor.Handle, _node, 0));
    }

    /// <summary>Whether graphs are recorded and one of the tensors is part of one.</summary>
    public static bool IsNeeded(params ReadOnlySpan<Tensor?> inputs)
    {
        if (!is_grad_enabled()) return false;
        foreach (var input in inputs)
            if (input is not null && input.requires_grad) return true;
        return false;
    }

    /// <summary>The output as the result of a step from <paramref name="inputs"/>; to be called where <see cref="IsNeeded"/>.</summary>
    /// <param name="output">Computed without a graph; the caller's no longer.</param>
    /// <param name="inputs">The tensors that it depends on; null counts as one that is not there.</param>
    /// <param name="saved">What the gradient needs again: inputs as they came, so that it can itself be differentiated.</param>
    /// <param name="gradient">The step's gradient.</param>
    public static Tensor Record(Tensor output, Tensor?[] inputs, Tensor?[] saved, NodeGradient gradient) =>
        Record([output], inputs, saved, gradient)[0];

    /// <summary>As above, of a step with several outputs.</summary>
    public static Tensor[] Record(Tensor[] outputs, Tensor?[] inputs, Tensor?[] saved, NodeGradient gradient)
    {
        ThrowFailure();
        var node = new GraphNode(inputs, saved, gradient);
        var results = stackalloc IntPtr[outputs.Length];
        var from = inputs.Where(input => input is not null).Select(input => input!.Handle).ToArray();
        var to = Array.ConvertAll(outputs, output => output.Handle);
        fixed (IntPtr* inputHandles = from, outputHandles = to)
        {
            t_results = results;
            LibTorchSharp.THSAutograd_Function_wrapOutputs(
                new() { Tensors = inputHandles, Count = from.Length }, default, default,
                new() { Tensors = outputHandles, Count = to.Length }, node._node, &Allocate);
        }
        GC.KeepAlive(inputs);
        var wrapped = new Tensor[outputs.Length];
        for (var i = 0; i < wrapped.Length; i++)
        {
            wrapped[i] = Tensor.UnsafeCreateTensor(results[i]);
            outputs[i].Dispose();
        }
        LibTorchSharp.THSAutograd_CSharpNode_disposeSharedPtr(node._node);
        return wrapped;
    }

    /// <summary>Whether the backward pass that runs on this thread keeps its graph for another one.</summary>
    [field: ThreadStatic]
    internal static bool KeepsGraph { get; set; }

    /// <summary>
    /// Throws what a gradient threw in the last backward pass of this thread: an exception must not cross libtorch, which would end the
    /// process.
    /// </summary>
    internal static void ThrowFailure()
    {
        if (t_failure is not { } failure) return;
        t_failure = null;
        throw new InvalidOperationException($"A gradient failed: {failure.Message.Split('\n')[0]}", failure);
    }

    /// <summary>Lets go of what the last gradient of a finished backward pass handed over.</summary>
    internal static void ReleaseReturned()
    {
        foreach (var tensor in t_returned ?? [])
            tensor?.Dispose();
        t_returned = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static IntPtr* Allocate(nuint count) => t_results;

    private LibTorchSharp.TensorArray OnApply(IntPtr* gradients, int count)
    {
        var written = 0;
        try
        {
            ReleaseReturned();
            using var scope = NewDisposeScope();
            var results = t_failure is null ? Differentiate(gradients, count) : new Tensor?[_given.Length];
            for (var i = 0; i < _given.Length; i++)
                if (_given[i]) _returned[written++] = results[i]?.Handle ?? 0;
        }
        catch (Exception failure)
        {
            t_failure = failure;
            for (written = 0; written < _given.Count(given => given); written++) _returned[written] = 0;
        }
        return new() { Tensors = _returned, Count = written };
    }

    private Tensor?[] Differentiate(IntPtr* gradients, int count)
    {
        var from = new Tensor?[count];
        for (var i = 0; i < count; i++)
            from[i] = gradients[i] == 0 ? null : Tensor.UnsafeCreateTensor(gradients[i]);
        if (from.All(gradient => gradient is null)) return new Tensor?[_given.Length];
        if (_isFreed)
            throw new InvalidOperationException("the graph was differentiated before, and was not to be kept");
        var saved = Array.ConvertAll(_saved, variable =>
            variable == 0 ? null : Tensor.UnsafeCreateTensor(LibTorchSharp.THSAutograd_SavedVariable_unpack(variable, _node)));
        if (!KeepsGraph && !is_grad_enabled()) FreeSaved();
        var results = _gradient(saved, from, _needed);
        // libtorch takes references of its own as soon as this has returned; ours go with the next gradient.
        foreach (var result in results)
            result?.DetachFromDisposeScope();
        ReleaseReturned();
        t_returned = results;
        return results;
    }

    private void FreeSaved()
    {
        foreach (var variable in _saved)
            if (variable != 0) LibTorchSharp.THSAutograd_SavedVariable_dispose(variable);
        _saved = [];
        _isFreed = true;
    }

    private void OnDelete()
    {
        FreeSaved();
        LibTorchSharp.THSAutograd_CSharpNode_disposeWeakPtr(_node);
        NativeMemory.Free(_returned);
        _self.Free();
    }
}
