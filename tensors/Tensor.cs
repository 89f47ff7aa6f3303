using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. It owns one native reference, freed by <see cref="Dispose()"/>, by the innermost
    /// <see cref="NewDisposeScope"/> of the thread that made it, or else by the garbage collector.
    /// Operations whose name ends in an underscore change the data in place and return a new wrapper of the same data.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        // Below this, a tensor forgotten is cheap to leave to the collector; telling it of each would cost more.
        private const long PressureThreshold = 64 * 1024;

        private static long s_totalCount;
        private static long s_peakCount;

        private IntPtr _handle;
        private long _pressure;

        /// <summary>Takes over the reference.</summary>
        internal Tensor(IntPtr handle, bool register = true)
        {
            _handle = handle;
            Count();
            ReportPressure();
            if (register)
                DisposeScope.Current?.Add(this);
        }

        ~Tensor() => Release();

        /// <summary>How many tensor objects are alive: made, and neither disposed nor collected.</summary>
        public static long TotalCount => Interlocked.Read(ref s_totalCount);

        /// <summary>The most that were ever alive at once.</summary>
        public static long PeakCount => Interlocked.Read(ref s_peakCount);

        public bool IsInvalid => _handle == IntPtr.Zero;

        /// <summary>The native reference, lent: it is valid while this object is reachable and not disposed.</summary>
        public IntPtr Handle => _handle != IntPtr.Zero
            ? _handle
            : throw new ObjectDisposedException(GetType().Name, "The tensor was disposed, by itself or by its dispose scope.");

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal int ScopeSlot { get; set; }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        public Tensor MoveToOuterDisposeScope() => OwningDisposeScope is { } scope ? scope.MoveToOuter(this) : this;

        public Tensor DetachFromDisposeScope() => OwningDisposeScope is { } scope ? scope.Detach(this) : this;

        /// <summary>Moves to the scope that owns the other tensor, or out of scopes if none does.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other) =>
            OwningDisposeScope is { } scope ? scope.MoveToOther(other, this) : this;

        /// <summary>Equal in shape and in every value; both must have one element type and device.</summary>
        public bool Equals(Tensor target)
        {
            using var equal = Aten.Call("equal", this, target);
            return equal.item<bool>();
        }

        public override bool Equals(object? obj) => obj is Tensor other && (ReferenceEquals(this, other) || Equals(other));

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        protected virtual void Dispose(bool disposing)
        {
            OwningDisposeScope?.Remove(this);
            Release();
        }

        /// <summary>Gives the native reference away and leaves this object empty.</summary>
        internal IntPtr MoveHandle()
        {
            var handle = Handle;
            Interlocked.Exchange(ref _handle, IntPtr.Zero);
            OwningDisposeScope?.Remove(this);
            Forget();
            GC.SuppressFinalize(this);
            return handle;
        }

        /// <summary>Becomes a wrapper of the source's native tensor; the source is left empty.</summary>
        internal void TakeOver(Tensor source)
        {
            var old = _handle;
            _handle = source.MoveHandle();
            NativeMethods.icon_free(old);
            ReportPressure();
        }

        /// <summary>A further wrapper of the same native tensor, in the current scope.</summary>
        internal Tensor Share() => new(NativeMethods.icon_share(Handle));

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, IntPtr.Zero);
            if (handle == IntPtr.Zero)
                return;
            NativeMethods.icon_free(handle);
            Forget();
        }

        private void Forget()
        {
            RetractPressure();
            Interlocked.Decrement(ref s_totalCount);
        }

        // Without this the collector sees 50 bytes where there are megabytes, and lets gigabytes of forgotten tensors pile up.
        private void ReportPressure()
        {
            RetractPressure();
            _pressure = NativeMethods.icon_owned_bytes(_handle);
            if (_pressure >= PressureThreshold)
                GC.AddMemoryPressure(_pressure);
        }

        private void RetractPressure()
        {
            if (_pressure >= PressureThreshold)
                GC.RemoveMemoryPressure(_pressure);
            _pressure = 0;
        }

        private static void Count()
        {
            long total = Interlocked.Increment(ref s_totalCount);
            for (long peak = s_peakCount; total > peak; peak = s_peakCount)
                if (Interlocked.CompareExchange(ref s_peakCount, total, peak) == peak)
                    return;
        }
    }

    /// <summary>Opens a scope that owns every tensor this thread makes until it is disposed.</summary>
    public static DisposeScope NewDisposeScope() => new();

    /// <summary>Runs the expression in a scope of its own and returns its result in the scope outside.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
