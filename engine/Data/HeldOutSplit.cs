using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>Which of a source's icons are trained on and which are set aside: the same for every seed and model.</summary>
public static class HeldOutSplit
{
    /// <summary>Splits the icons of the pool, each part in the order given.</summary>
    /// <param name="icons">The source's first icons, at least <see cref="DatasetSpec.PoolOf"/> of them.</param>
    /// <exception cref="DatasetException">Too few icons for both.</exception>
    public static (IReadOnlyList<NamedIcon> Training, IReadOnlyList<NamedIcon> HeldOut) Of(DatasetSpec spec, IReadOnlyList<NamedIcon> icons)
    {
        var heldOut = spec.HeldOutOf(icons.Count);
        var pool = spec.PoolOf(icons.Count);
        if (heldOut > 0 && pool - heldOut < (spec.Count ?? 2))
            throw new DatasetException($"Found {icons.Count} icons; {spec.Count ?? 2} to train on and {heldOut} to hold out are wanted.");
        // The middle of each of equally long stretches.
        var aside = Enumerable.Range(0, heldOut).Select(i => (int)(((2 * i) + 1L) * pool / (2L * heldOut))).ToHashSet();
        return (
            [.. icons.Take(pool).Where((_, i) => !aside.Contains(i))],
            [.. icons.Take(pool).Where((_, i) => aside.Contains(i))]);
    }
}
