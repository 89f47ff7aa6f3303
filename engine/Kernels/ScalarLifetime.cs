using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace IconDiffusion.Kernels;

/// <summary>
/// Keeps numbers alive while libtorch computes with them. TorchSharp makes a <see cref="Scalar"/> of each number in <c>x * 2</c>, and of
/// the 1 behind each <c>x + y</c>, hands its address to libtorch and forgets it: a garbage collection at that moment frees it, and
/// libtorch computes with whatever has come to stand there. In place of TorchSharp's function that frees a number, one of
/// libicon_scalars.so (native/scalars.cpp) waits for ten seconds first. Where there was no C++ compiler to build it, as on Windows, all
/// is as TorchSharp has it.
/// </summary>
internal static class ScalarLifetime
{
    private const string FileName = "libicon_scalars.so";

    /// <summary>Whether numbers live longer.</summary>
    public static bool IsProlonged { get; private set; }

    /// <summary>To be called before the first tensor exists.</summary>
    /// <exception cref="MissingMethodException">TorchSharp is of another version, whose function has another name.</exception>
    public static void Prolong()
    {
        if (!NativeLibrary.TryLoad(KernelLibrary.PathOf(FileName), out var library)) return;
        var torchSharp = typeof(torch).Assembly;
        const string type = "TorchSharp.PInvoke.NativeMethods", name = "THSTorch_dispose_scalar";
        var dispose = torchSharp.GetType(type)?.GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)
            ?? throw new MissingMethodException(type, name);

        // The resolver is asked for a library, not for a function. So the function is linked here and now, and no other is: another thread
        // may be linking its first function of TorchSharp meanwhile, and would get no library of it for as long as the process lives.
        var linking = Environment.CurrentManagedThreadId;
        NativeLibrary.SetDllImportResolver(torchSharp, (_, _, _) => Environment.CurrentManagedThreadId == linking ? library : IntPtr.Zero);
        Marshal.Prelink(dispose);
        linking = 0;
        IsProlonged = true;
    }
}
