using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>Sum of absolute differences of an icon and a window of a larger picture: exact, in integers, given up once it is too large.</summary>
internal static class WindowDistance
{
    // Rows between two looks at the sum so far.
    private const int Rows = 8;

    /// <param name="icon">uint8 [size, size, 3].</param>
    /// <param name="window">A picture of <paramref name="stride"/> pixels a row, from the window's top left corner on.</param>
    /// <returns>The sum, or <see cref="int.MaxValue"/> if it exceeds <paramref name="most"/>.</returns>
    public static int Sum(ReadOnlySpan<byte> icon, int size, ReadOnlySpan<byte> window, int stride, int most)
    {
        var (row, sum) = (size * 3, 0L);
        for (var y = 0; y < size; y += Rows)
        {
            var end = Math.Min(y + Rows, size);
            if (Avx2.IsSupported && row % Vector256<byte>.Count == 0)
                sum += SumAvx2(icon.Slice(y * row, (end - y) * row), row, window[(y * stride * 3)..], stride * 3);
            else
                for (var each = y; each < end; each++)
                    sum += PixelDistance.Sum(icon.Slice(each * row, row), window.Slice(each * stride * 3, row));
            if (sum > most) return int.MaxValue;
        }
        return (int)sum;
    }

    private static long SumAvx2(ReadOnlySpan<byte> icon, int row, ReadOnlySpan<byte> window, int stride)
    {
        // The last row is checked here, so that no read below leaves the spans.
        var rows = icon.Length / row;
        _ = window[(rows - 1) * stride + row - 1];
        ref var a = ref MemoryMarshal.GetReference(icon);
        ref var b = ref MemoryMarshal.GetReference(window);
        var (even, odd) = (Vector256<long>.Zero, Vector256<long>.Zero);
        for (var y = 0; y < rows; y++, a = ref Unsafe.Add(ref a, row), b = ref Unsafe.Add(ref b, stride))
        {
            var x = 0;
            for (; x <= row - 64; x += 64)
            {
                even += Difference(ref a, ref b, x);
                odd += Difference(ref a, ref b, x + 32);
            }
            if (x < row) even += Difference(ref a, ref b, x);
        }
        return Vector256.Sum(even + odd);
    }

    private static Vector256<long> Difference(ref byte a, ref byte b, int x) =>
        Avx2.SumAbsoluteDifferences(Vector256.LoadUnsafe(ref a, (nuint)x), Vector256.LoadUnsafe(ref b, (nuint)x)).AsInt64();
}
