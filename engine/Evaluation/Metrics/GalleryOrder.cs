namespace IconDiffusion.Evaluation.Metrics;

/// <summary>
/// Which icons a gallery shows, chosen by a rule and not by eye: a row of the first ones, a row of the least novel
/// (closest to a training icon, closest first) and a row of the most novel (farthest first).
/// </summary>
public static class GalleryOrder
{
    /// <summary>Icons in one row.</summary>
    public const int Columns = 12;

    /// <param name="nearest">Of each generated icon.</param>
    /// <returns>Indices into <paramref name="nearest"/>, row by row; an icon may be in more than one row.</returns>
    public static IReadOnlyList<int> Of(IReadOnlyList<NearestMatch> nearest)
    {
        var all = Enumerable.Range(0, nearest.Count).ToArray();
        return
        [
            .. all.Take(Columns),
            .. all.OrderBy(i => nearest[i].Distance).Take(Columns),
            .. all.OrderByDescending(i => nearest[i].Distance).Take(Columns),
        ];
    }
}
