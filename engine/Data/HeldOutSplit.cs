using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>Which of a source's icons are trained on and which are set aside: the same for every seed and model.</summary>
public static class HeldOutSplit
{
    private const int LeastUncounted = 100;
    private const int LeastCounted = 50;

    /// <summary>How many of the source's first icons the spec needs in all, those set aside included.</summary>
    /// <param name="available">Icons that the source has.</param>
    public static int Pool(DatasetSpec spec, int available) =>
        Math.Min(available, (int)Math.Min(available, (long)(spec.Count ?? available) + HeldOut(spec, available)));

    /// <summary>How many icons are set aside; see <see cref="DatasetSpec.HeldOut"/>.</summary>
    /// <param name="available">Icons that the source has.</param>
    public static int HeldOut(DatasetSpec spec, int available) => (spec.HeldOut, spec.Count) switch
    {
        ({ } stated, _) => stated,
        (null, null) => available >= LeastUncounted ? available / 5 : 0,
        (null, { } count) => count >= LeastCounted ? Math.Clamp(available - count, 0, count / 4) : 0,
    };

    /// <summary>Splits the icons of the pool, each part in the order given.</summary>
    /// <param name="icons">The source's first icons, at least <see cref="Pool"/> of them.</param>
    /// <exception cref="DatasetException">Too few icons for both.</exception>
    public static (IReadOnlyList<NamedIcon> Training, IReadOnlyList<NamedIcon> HeldOut) Of(DatasetSpec spec, IReadOnlyList<NamedIcon> icons)
    {
        var heldOut = HeldOut(spec, icons.Count);
        var pool = Pool(spec, icons.Count);
        if (heldOut > 0 && pool - heldOut < (spec.Count ?? 2))
            throw new DatasetException($"Found {icons.Count} icons; {spec.Count ?? 2} to train on and {heldOut} to hold out are wanted.");
        // The middle of each of equally long stretches.
        var aside = Enumerable.Range(0, heldOut).Select(i => (int)(((2 * i) + 1L) * pool / (2L * heldOut))).ToHashSet();
        return (
            [.. icons.Take(pool).Where((_, i) => !aside.Contains(i))],
            [.. icons.Take(pool).Where((_, i) => aside.Contains(i))]);
    }
}
