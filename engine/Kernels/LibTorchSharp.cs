using System.Runtime.InteropServices;

namespace IconDiffusion.Kernels;

/// <summary>
/// Functions of TorchSharp's own native library that its public API has no thin way to: a tensor's data, and the nodes behind
/// <c>autograd.Function</c>, which copies each output and keeps what was saved until the whole graph goes. They are those of the
/// version that Directory.Packages.props pins; tests notice where another one's differ.
/// </summary>
internal static unsafe partial class LibTorchSharp
{
    private const string Library = "LibTorchSharp";

    /// <summary>Handles of a node: the strong one, given back once the node is in a graph, and a weak one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NodeHandle
    {
        public IntPtr Shared, Weak;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TensorArray
    {
        public IntPtr* Tensors;
        public long Count;
    }

    [LibraryImport(Library)] internal static partial void* THSTensor_data(IntPtr tensor);

    // The functions called for the gradient and when the node is freed.
    [LibraryImport(Library)] internal static partial NodeHandle THSAutograd_CSharpNode_ctor(IntPtr apply, IntPtr delete);
    [LibraryImport(Library)] internal static partial void THSAutograd_CSharpNode_disposeSharedPtr(NodeHandle node);
    [LibraryImport(Library)] internal static partial void THSAutograd_CSharpNode_disposeWeakPtr(NodeHandle node);
    [LibraryImport(Library)] internal static partial void THSAutograd_CSharpNode_setNextEdges(NodeHandle node, TensorArray inputs, byte executable);
    [LibraryImport(Library)] internal static partial void THSAutograd_CSharpNode_clearInputMetadata(NodeHandle node);

    [LibraryImport(Library)]
    internal static partial void THSAutograd_Function_wrapOutputs(
        TensorArray inputs, TensorArray nonDifferentiable, TensorArray dirty, TensorArray outputs, NodeHandle node,
        delegate* unmanaged[Cdecl]<nuint, IntPtr*> allocate);

    [LibraryImport(Library)] internal static partial IntPtr THSAutograd_SavedVariable_ctor(IntPtr variable, NodeHandle node, byte inPlaceOnView);
    [LibraryImport(Library)] internal static partial void THSAutograd_SavedVariable_dispose(IntPtr saved);
    [LibraryImport(Library)] internal static partial IntPtr THSAutograd_SavedVariable_unpack(IntPtr saved, NodeHandle node);
}
