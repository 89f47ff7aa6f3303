using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>References in all alignments: their pixels with a margin to move in, and the block sums of every alignment.</summary>
internal sealed class AlignedReferences
{
    private readonly Alignment[] _alignments;
    private readonly int _size, _maxShift, _padded, _cells;
    private readonly byte[][] _plain, _mirrored;   // each [padded, padded, 3]
    private readonly int[][] _sums;                // for each reference [alignments, cells]

    /// <param name="first">Index of the first reference to take.</param>
    /// <param name="last">Index after the last.</param>
    public AlignedReferences(
        CanonicalIcons references, int first, int last, Alignment[] alignments, int maxShift, CancellationToken cancellation)
    {
        (First, Count, _alignments, _maxShift, _size) = (first, last - first, alignments, maxShift, references.Pixels.ImageSize);
        (_padded, _cells) = (_size + 2 * maxShift, BlockSums.Count(_size));
        (_plain, _mirrored, _sums) = (new byte[Count][], new byte[Count][], new int[Count][]);
        Parallel.For(0, Count, new() { CancellationToken = cancellation }, j =>
        {
            var icon = references.WithMargin(first + j, maxShift);
            (_plain[j], _mirrored[j]) = (icon.Pixels, icon.Mirrored().Pixels);
            _sums[j] = Sums(_plain[j], _mirrored[j]);
        });
    }

    /// <summary>Index of the first reference that is here.</summary>
    public int First { get; }

    public int Count { get; }

    /// <summary>What one reference takes, bytes.</summary>
    public static long TableBytes(int size, int alignments) => (long)alignments * BlockSums.Count(size) * sizeof(int);

    /// <summary>Lower bounds of the sums of absolute differences, for each query int [Count · alignments], to be returned to the shared pool.</summary>
    public int[][] Bounds(IconPixels queries, int from, int to)
    {
        var sums = new int[to - from][];
        var bounds = new int[to - from][];
        for (var i = from; i < to; i++)
        {
            sums[i - from] = new int[_cells];
            BlockSums.Of(BlockSums.Integral(queries[i], _size), _size, 0, 0, _size, sums[i - from]);
            bounds[i - from] = ArrayPool<int>.Shared.Rent(Count * _alignments.Length);
        }
        for (var j = 0; j < Count; j++)
            for (var i = 0; i < sums.Length; i++)
                for (var t = 0; t < _alignments.Length; t++)
                    bounds[i][j * _alignments.Length + t] = Difference(sums[i], _sums[j].AsSpan(t * _cells, _cells));
        return bounds;
    }

    /// <summary>Sum of absolute differences to an aligned reference, or <see cref="int.MaxValue"/> once it exceeds <paramref name="most"/>.</summary>
    /// <param name="j">Counted from <see cref="First"/>.</param>
    public int Sum(ReadOnlySpan<byte> query, int j, int alignment, int most)
    {
        var (mirrored, x, y) = _alignments[alignment];
        var start = ((_maxShift - y) * _padded + _maxShift - x) * 3;
        return WindowDistance.Sum(query, _size, (mirrored ? _mirrored : _plain)[j].AsSpan(start), _padded, most);
    }

    private int[] Sums(byte[] plain, byte[] mirrored)
    {
        var sums = new int[_alignments.Length * _cells];
        var (integral, integralMirrored) = (BlockSums.Integral(plain, _padded), BlockSums.Integral(mirrored, _padded));
        for (var t = 0; t < _alignments.Length; t++)
            BlockSums.Of(
                _alignments[t].Mirrored ? integralMirrored : integral, _padded,
                _maxShift - _alignments[t].ShiftX, _maxShift - _alignments[t].ShiftY, _size, sums.AsSpan(t * _cells, _cells));
        return sums;
    }

    private static int Difference(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var first = MemoryMarshal.Cast<int, Vector<int>>(a);
        var second = MemoryMarshal.Cast<int, Vector<int>>(b);
        var sums = Vector<int>.Zero;
        for (var i = 0; i < first.Length; i++) sums += Vector.Abs(first[i] - second[i]);
        var sum = Vector.Sum(sums);
        for (var i = first.Length * Vector<int>.Count; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum;
    }
}
