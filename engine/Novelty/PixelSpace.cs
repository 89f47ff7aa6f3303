using IconDiffusion.Engine.Metrics;

namespace IconDiffusion.Engine.Novelty;

/// <summary>
/// Nearest reference by mean absolute pixel difference as it stands, without alignment, with the second nearest: what
/// <see cref="NearestNeighbour"/> finds. Integer sums, as there; the first of equally close references is taken.
/// </summary>
public static class PixelSpace
{
    /// <summary>For each query its nearest reference.</summary>
    /// <exception cref="ArgumentException">No reference, or sizes that differ.</exception>
    public static AlignedMatch[] Find(IconPixels queries, IconPixels references, CancellationToken cancellation) =>
        Search(queries, references, excludeSelf: false, cancellation);

    /// <summary>For each icon the nearest of the others; <see cref="AlignedMatch.None"/> for a single icon.</summary>
    /// <inheritdoc cref="Find"/>
    public static AlignedMatch[] LeaveOneOut(IconPixels icons, CancellationToken cancellation) => Search(icons, icons, excludeSelf: true, cancellation);

    private static AlignedMatch[] Search(IconPixels queries, IconPixels references, bool excludeSelf, CancellationToken cancellation)
    {
        IconSizes.ThrowIfIncomparable(queries, references);
        var matches = new AlignedMatch[queries.Count];
        Parallel.For(0, queries.Count, new() { CancellationToken = cancellation }, i =>
        {
            var query = queries[i];
            var (index, least, second) = (-1, long.MaxValue, long.MaxValue);
            for (var j = 0; j < references.Count; j++)
            {
                if (excludeSelf && i == j) continue;
                var sum = PixelDistance.Sum(query, references[j]);
                if (sum < least) (index, least, second) = (j, sum, least);
                else if (sum < second) second = sum;
            }
            matches[i] = new(index, Mean(least, query.Length), Mean(second, query.Length));
        });
        return matches;
    }

    private static double Mean(long sum, int values) => sum == long.MaxValue ? double.PositiveInfinity : (double)sum / values;
}
