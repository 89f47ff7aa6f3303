namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>
/// Sums of the pixels of blocks, each channel for itself. Two icons differ by at least as much as their block sums do,
/// |Σa − Σb| ≤ Σ|a − b|, so a few hundred sums rule most pairs out.
/// </summary>
internal static class BlockSums
{
    /// <summary>Blocks in a row and in a column.</summary>
    public static int Side(int imageSize) => Math.Min(8, imageSize);

    /// <summary>How many sums an icon has.</summary>
    public static int Count(int imageSize) => Side(imageSize) * Side(imageSize) * 3;

    /// <summary>The sums of all windows of a picture can be read off this table: int [size + 1, size + 1, 3], entry (y, x) the sum of all above and left.</summary>
    public static int[] Integral(ReadOnlySpan<byte> picture, int size)
    {
        var stride = (size + 1) * 3;
        var table = new int[(size + 1) * stride];
        Span<int> row = stackalloc int[3];
        for (var y = 0; y < size; y++)
        {
            row.Clear();
            for (var x = 0; x < size; x++)
                for (var c = 0; c < 3; c++)
                {
                    row[c] += picture[(y * size + x) * 3 + c];
                    var at = (y + 1) * stride + (x + 1) * 3 + c;
                    table[at] = table[at - stride] + row[c];
                }
        }
        return table;
    }

    /// <summary>The block sums of a window of [windowSize, windowSize] at (x, y), into <paramref name="sums"/>: [side, side, 3].</summary>
    /// <param name="integral">Of a picture of <paramref name="size"/>.</param>
    public static void Of(int[] integral, int size, int x, int y, int windowSize, Span<int> sums)
    {
        var (side, stride, at) = (Side(windowSize), (size + 1) * 3, 0);
        for (var row = 0; row < side; row++)
        {
            var (top, bottom) = ((y + row * windowSize / side) * stride, (y + (row + 1) * windowSize / side) * stride);
            for (var column = 0; column < side; column++)
            {
                var (left, right) = ((x + column * windowSize / side) * 3, (x + (column + 1) * windowSize / side) * 3);
                for (var c = 0; c < 3; c++, at++)
                    sums[at] = integral[bottom + right + c] - integral[bottom + left + c] - integral[top + right + c] + integral[top + left + c];
            }
        }
    }
}
