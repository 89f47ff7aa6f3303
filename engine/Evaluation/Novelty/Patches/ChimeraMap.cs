using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Imaging;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Patches;

/// <summary>
/// Where the patches of an icon come from: for each patch of an 8×8 grid the reference that has it nearly at the same place, mirrored
/// or not. A copy has one source, a collage a few with large shares, a drawing of its own many, and far from them.
/// </summary>
/// <remarks>
/// Icons on one background colour (<see cref="Background"/>) are compared at 64×64 pixels whatever their size, in every shift of whole
/// pixels there: the minimum is exact at that size. Many references have a plain patch of skin; so patches are not simply given to the
/// nearest, but to as few references as will do: again and again the one that explains most of the patches that are left, where
/// one explains a patch if it is little farther from it than the nearest.
/// </remarks>
public static class ChimeraMap
{
    // Levels (0…255) and part of the nearest distance by which another reference may be farther and still explain a patch.
    private const double Slack = 1, RelativeSlack = 0.1;

    /// <summary>The sources of each query's patches, with the map; distances are mean absolute differences at 64×64 pixels, 0…255.</summary>
    /// <param name="maxShift">Largest shift in either direction, pixels of the icons.</param>
    /// <param name="progress">Told how many queries are done, in any order.</param>
    /// <exception cref="ArgumentException">No reference, or sizes that differ.</exception>
    public static PatchSources[] Find(
        IconPixels queries, IconPixels references, int maxShift, CancellationToken cancellation, IProgress<int>? progress = null)
    {
        IconSizes.ThrowIfIncomparable(queries, references);
        ArgumentOutOfRangeException.ThrowIfNegative(maxShift);
        var prepared = CanonicalIcons.OfReferences(references);
        var margin = maxShift == 0 ? 0 : Math.Max(1, (int)Math.Round((double)maxShift * PatchGrid.Pixels / queries.ImageSize));
        var (plain, mirrored) = (new byte[references.Count][], new byte[references.Count][]);
        Parallel.For(0, references.Count, new() { CancellationToken = cancellation }, j =>
        {
            var icon = prepared.Pixels.ToImage(j);
            plain[j] = PatchGrid.Prepare(icon, prepared.Colour, margin);
            mirrored[j] = PatchGrid.Prepare(icon.Mirrored(), prepared.Colour, margin);
        });

        var canonical = CanonicalIcons.Over(queries, prepared.Colour).Pixels;
        var (found, done) = (new PatchSources[queries.Count], 0);
        Parallel.For(0, queries.Count, new() { CancellationToken = cancellation }, i =>
        {
            var icon = PatchGrid.Prepare(canonical.ToImage(i), prepared.Colour, margin: 0);
            var patches = Enumerable.Range(0, PatchGrid.Side * PatchGrid.Side).Where(patch => PatchGrid.IsVisible(icon, patch, prepared.Colour)).ToArray();
            var distances = new int[references.Count][];
            for (var j = 0; j < distances.Length; j++)
            {
                cancellation.ThrowIfCancellationRequested();
                distances[j] = [.. patches.Select(patch =>
                    Math.Min(PatchGrid.Least(icon, patch, plain[j], margin), PatchGrid.Least(icon, patch, mirrored[j], margin)))];
            }
            found[i] = Sources(patches, distances);
            progress?.Report(Interlocked.Increment(ref done));
        });
        return found;
    }

    // distances: [references][patches]
    private static PatchSources Sources(int[] patches, int[][] distances)
    {
        var most = Enumerable.Range(0, patches.Length).Select(p => distances.Min(each => each[p]) * (1 + RelativeSlack) + Slack * PatchGrid.PatchValues).ToArray();
        var source = Enumerable.Repeat(-1, patches.Length).ToArray();
        var shares = new List<int>();
        while (shares.Sum() < patches.Length)
        {
            var (best, explained, total) = (0, 0, 0L);
            for (var j = 0; j < distances.Length; j++)
            {
                var (count, sum) = (0, 0L);
                for (var p = 0; p < patches.Length; p++)
                    if (source[p] < 0 && distances[j][p] <= most[p]) (count, sum) = (count + 1, sum + distances[j][p]);
                if (count > explained || (count == explained && sum < total)) (best, explained, total) = (j, count, sum);
            }
            for (var p = 0; p < patches.Length; p++)
                if (source[p] < 0 && distances[best][p] <= most[p]) source[p] = best;
            shares.Add(explained);
        }

        var icons = Enumerable.Repeat(-1, PatchGrid.Side * PatchGrid.Side).ToArray();
        var levels = new double[icons.Length];
        for (var p = 0; p < patches.Length; p++)
            (icons[patches[p]], levels[patches[p]]) = (source[p], (double)distances[source[p]][p] / PatchGrid.PatchValues);
        return new(shares.Count, patches.Length == 0 ? 0 : (double)shares.Max() / patches.Length, new(PatchGrid.Side, [.. icons], [.. levels]));
    }
}
