using System.Buffers;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>
/// Nearest reference icon where mirroring, small shifts and the background colour make no difference: the least mean absolute
/// difference over RGB, 0…255, between a query and a reference that may be mirrored and moved, both on one background colour
/// (<see cref="Background"/>); what a moved reference does not cover has that colour too, or its outermost pixels go on where it has
/// no plain background.
/// </summary>
/// <remarks>
/// The minimum is exact and in integers: independent of threads, processor and order. Most alignments are ruled out by a lower
/// bound: sums over 8×8 blocks differ by no more than their pixels do. Among equally close references the first is taken, laid as
/// <see cref="Alignment.All"/> prefers.
/// </remarks>
public static class AlignedDistance
{
    // The tables of one chunk of references; more of them are worked through chunk after chunk.
    private const long ChunkBytes = 64 << 20;

    // Queries that share a walk over the table, so that it comes from memory seldom.
    private const int TileSize = 8;

    /// <summary>The largest shift to try at a size: <paramref name="maxShiftAt128"/> in proportion, at least 1.</summary>
    public static int ShiftAt(int imageSize, int maxShiftAt128 = 8) =>
        maxShiftAt128 == 0 ? 0 : Math.Max(1, (int)Math.Round(maxShiftAt128 * imageSize / 128.0));

    /// <summary>For each query its nearest reference.</summary>
    /// <param name="maxShift">Largest shift in either direction, pixels.</param>
    /// <param name="progress">Told how many queries are done, in any order.</param>
    /// <exception cref="ArgumentException">No reference, sizes that differ, or a shift that is negative or leaves nothing of the icon.</exception>
    public static AlignedMatch[] Find(
        IconPixels queries, IconPixels references, int maxShift, CancellationToken cancellation, IProgress<int>? progress = null)
    {
        IconSizes.ThrowIfIncomparable(queries, references);
        var prepared = CanonicalIcons.OfReferences(references);
        return Search(CanonicalIcons.Over(queries, prepared.Colour).Pixels, prepared, maxShift, excludeSelf: false, cancellation, progress);
    }

    /// <summary>For each icon the nearest of the others; <see cref="AlignedMatch.None"/> for a single icon.</summary>
    /// <inheritdoc cref="Find"/>
    public static AlignedMatch[] LeaveOneOut(IconPixels icons, int maxShift, CancellationToken cancellation, IProgress<int>? progress = null)
    {
        IconSizes.ThrowIfIncomparable(icons, icons);
        var prepared = CanonicalIcons.OfReferences(icons);
        return Search(prepared.Pixels, prepared, maxShift, excludeSelf: true, cancellation, progress);
    }

    private static AlignedMatch[] Search(
        IconPixels queries, CanonicalIcons references, int maxShift, bool excludeSelf, CancellationToken cancellation, IProgress<int>? progress)
    {
        var size = queries.ImageSize;
        if (maxShift < 0 || maxShift >= size)
            throw new ArgumentException($"A largest shift of {maxShift} px came for icons of {size} px; wanted 0…{size - 1}.", nameof(maxShift));
        var alignments = Alignment.All(maxShift);
        var searches = Enumerable.Range(0, queries.Count).Select(i => new AlignedSearch(alignments, excludeSelf ? i : -1)).ToArray();
        var chunk = (int)Math.Clamp(ChunkBytes / AlignedReferences.TableBytes(size, alignments.Length), 1, references.Pixels.Count);
        var done = 0;
        for (var start = 0; start < references.Pixels.Count; start += chunk)
        {
            var (first, last) = (start, Math.Min(start + chunk, references.Pixels.Count));
            var table = new AlignedReferences(references, first, last, alignments, maxShift, cancellation);
            Parallel.For(0, (queries.Count + TileSize - 1) / TileSize, new() { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, tile =>
            {
                var (from, to) = (tile * TileSize, Math.Min((tile + 1) * TileSize, queries.Count));
                var bounds = table.Bounds(queries, from, to);
                for (var i = from; i < to; i++)
                {
                    searches[i].Continue(queries[i], table, bounds[i - from]);
                    ArrayPool<int>.Shared.Return(bounds[i - from]);
                    cancellation.ThrowIfCancellationRequested();
                    if (last == references.Pixels.Count) progress?.Report(Interlocked.Increment(ref done));
                }
            });
        }
        return [.. searches.Select(search => search.Match(queries.BytesPerIcon))];
    }
}
