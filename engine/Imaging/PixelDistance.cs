using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace IconDiffusion.Imaging;

/// <summary>Sum of absolute differences of two byte arrays: exact, in integers.</summary>
public static class PixelDistance
{
    /// <summary>Sum of absolute differences of two icons' bytes, of the same length.</summary>
    public static long Sum(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"{b.Length} bytes came to compare with {a.Length}; wanted as many.", nameof(b));
        return Avx2.IsSupported ? SumAvx2(a, b) : SumPortable(a, b);
    }

    // PSADBW adds up the absolute differences of eight bytes into one 64-bit lane.
    private static long SumAvx2(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var first = MemoryMarshal.Cast<byte, Vector256<byte>>(a);
        var second = MemoryMarshal.Cast<byte, Vector256<byte>>(b);
        var sums = Vector256<long>.Zero;
        for (var i = 0; i < first.Length; i++)
            sums += Avx2.SumAbsoluteDifferences(first[i], second[i]).AsInt64();
        var done = first.Length * Vector256<byte>.Count;
        return Vector256.Sum(sums) + SumScalar(a[done..], b[done..]);
    }

    /// <summary>The same for any processor.</summary>
    internal static long SumPortable(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var first = MemoryMarshal.Cast<byte, Vector<byte>>(a);
        var second = MemoryMarshal.Cast<byte, Vector<byte>>(b);
        var total = 0L;
        for (var start = 0; start < first.Length;)
        {
            // A 16-bit lane takes two differences a round, so 128 rounds of 255 + 255 stay below 65,536.
            var sums = Vector<ushort>.Zero;
            for (var end = Math.Min(start + 128, first.Length); start < end; start++)
            {
                Vector.Widen(Vector.Max(first[start], second[start]) - Vector.Min(first[start], second[start]), out var low, out var high);
                sums += low + high;
            }
            Vector.Widen(sums, out var lower, out var upper);
            total += Vector.Sum(lower) + (long)Vector.Sum(upper);
        }
        var done = first.Length * Vector<byte>.Count;
        return total + SumScalar(a[done..], b[done..]);
    }

    private static long SumScalar(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0L;
        for (var i = 0; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum;
    }
}
