using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>IconArg of shim.h: one argument of an operator as the shim reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeArg(ArgKind Kind, int Count, long Bits);

/// <summary>IconArgKind of shim.h.</summary>
internal enum ArgKind
{
    Default = 0,
    None = 1,
    Tensor = 2,
    Int = 3,
    Double = 4,
    Bool = 5,
    Ints = 6,
    Doubles = 7,
    Tensors = 8,
    Device = 9,
    Generator = 10,
    String = 11,
}
