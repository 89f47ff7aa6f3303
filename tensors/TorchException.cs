using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace IconDiffusion.Torch;

/// <summary>
/// A call into libtorch failed. The message names the operation, the shapes and types it was given, and libtorch's reason.
/// Set ICONDIFFUSION_NATIVE_TRACE=1 to see libtorch's own stack trace as well.
/// </summary>
public sealed class TorchException : ExternalException
{
    public TorchException(string message) : base(message) { }
    public TorchException(string message, Exception inner) : base(message, inner) { }
    public TorchException() { }

    /// <summary>What the shim kept of this thread's last failure.</summary>
    internal static unsafe TorchException Last() =>
        new(Marshal.PtrToStringUTF8((IntPtr)NativeMethods.icon_last_error()) is { Length: > 0 } text
            ? text
            : "A call into libtorch failed without a reason, probably for want of memory.");
}
