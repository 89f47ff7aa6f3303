using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Patches;

/// <summary>An icon at the size patches are compared at, four bytes a pixel (the last one 0) so that a row of a patch is one vector.</summary>
internal static class PatchGrid
{
    /// <summary>Patches in a row and in a column.</summary>
    public const int Side = 8;

    /// <summary>Pixels of a patch's side.</summary>
    public const int PatchPixels = 8;

    /// <summary>Pixels of the whole icon's side.</summary>
    public const int Pixels = Side * PatchPixels;

    /// <summary>Bytes of a patch that carry colour.</summary>
    public const int PatchValues = PatchPixels * PatchPixels * 3;

    private const int RowBytes = PatchPixels * 4;

    // Levels by which a pixel differs from the background, and how many such pixels make a patch part of the icon.
    private const int Visible = 8, LeastVisible = 4;

    /// <summary>uint8 [64 + 2 · margin, 64 + 2 · margin, 4], the icon in the middle of its background.</summary>
    public static byte[] Prepare(Image icon, Rgb background, int margin)
    {
        var side = Pixels + 2 * margin;
        var framed = new Image(side, side, background);
        framed.Draw(Resize.To(icon, Pixels, Pixels), margin, margin);
        var padded = new byte[side * side * 4];
        for (var pixel = 0; pixel < side * side; pixel++) framed.Pixels.AsSpan(pixel * 3, 3).CopyTo(padded.AsSpan(pixel * 4));
        return padded;
    }

    /// <summary>Whether a patch shows something beside the background.</summary>
    /// <param name="icon">Prepared without a margin.</param>
    /// <param name="patch">0…63, row by row.</param>
    public static bool IsVisible(ReadOnlySpan<byte> icon, int patch, Rgb background)
    {
        var visible = 0;
        for (var y = 0; y < PatchPixels; y++)
        {
            var row = icon.Slice(Offset(patch) + y * Pixels * 4, RowBytes);
            for (var x = 0; x < RowBytes; x += 4)
                if (Math.Abs(row[x] - background.R) > Visible || Math.Abs(row[x + 1] - background.G) > Visible || Math.Abs(row[x + 2] - background.B) > Visible) visible++;
        }
        return visible >= LeastVisible;
    }

    /// <summary>The least sum of absolute differences between a patch and the windows of a reference within the margin around its place.</summary>
    /// <param name="icon">Prepared without a margin.</param>
    /// <param name="reference">Prepared with <paramref name="margin"/>.</param>
    public static int Least(ReadOnlySpan<byte> icon, int patch, ReadOnlySpan<byte> reference, int margin)
    {
        var stride = (Pixels + 2 * margin) * 4;
        var (left, top) = (patch % Side * PatchPixels, patch / Side * PatchPixels);
        var least = int.MaxValue;
        for (var y = 0; y <= 2 * margin; y++)
            for (var x = 0; x <= 2 * margin; x++)
            {
                var window = reference[((top + y) * stride + (left + x) * 4)..];
                least = Math.Min(least, Avx2.IsSupported ? SumAvx2(icon[Offset(patch)..], window, stride) : Sum(icon[Offset(patch)..], window, stride));
            }
        return least;
    }

    private static int SumAvx2(ReadOnlySpan<byte> patch, ReadOnlySpan<byte> window, int stride)
    {
        // The last rows are checked here, so that no read below leaves the spans.
        _ = patch[7 * Pixels * 4 + RowBytes - 1];
        _ = window[7 * stride + RowBytes - 1];
        ref var a = ref MemoryMarshal.GetReference(patch);
        ref var b = ref MemoryMarshal.GetReference(window);
        var sums = Row(ref a, ref b, 0, stride) + Row(ref a, ref b, 1, stride) + Row(ref a, ref b, 2, stride) + Row(ref a, ref b, 3, stride)
            + Row(ref a, ref b, 4, stride) + Row(ref a, ref b, 5, stride) + Row(ref a, ref b, 6, stride) + Row(ref a, ref b, 7, stride);
        return Vector256.Sum(sums.AsInt32());
    }

    private static Vector256<ushort> Row(ref byte a, ref byte b, int y, int stride) =>
        Avx2.SumAbsoluteDifferences(Vector256.LoadUnsafe(ref a, (nuint)(y * Pixels * 4)), Vector256.LoadUnsafe(ref b, (nuint)(y * stride)));

    /// <summary>The same for any processor.</summary>
    internal static int Sum(ReadOnlySpan<byte> patch, ReadOnlySpan<byte> window, int stride)
    {
        var sum = 0L;
        for (var y = 0; y < PatchPixels; y++)
            sum += PixelDistance.Sum(patch.Slice(y * Pixels * 4, RowBytes), window.Slice(y * stride, RowBytes));
        return (int)sum;
    }

    private static int Offset(int patch) => (patch / Side * PatchPixels * Pixels + patch % Side * PatchPixels) * 4;
}
