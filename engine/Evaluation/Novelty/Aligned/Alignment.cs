namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>A way to lay a reference icon over a query: mirrored or not, then moved.</summary>
/// <param name="ShiftX">Pixels to the right.</param>
/// <param name="ShiftY">Pixels down.</param>
internal readonly record struct Alignment(bool Mirrored, int ShiftX, int ShiftY)
{
    /// <summary>
    /// All there are up to a shift, (2 · <paramref name="maxShift"/> + 1)² · 2, the one to prefer among equally close ones first: not
    /// mirrored, then the shortest shift (Euclidean), then the highest and leftmost.
    /// </summary>
    public static Alignment[] All(int maxShift)
    {
        var shifts = Enumerable.Range(-maxShift, 2 * maxShift + 1);
        return
        [
            .. from mirrored in (bool[])[false, true]
               from y in shifts
               from x in shifts
               orderby mirrored, x * x + y * y, y, x
               select new Alignment(mirrored, x, y),
        ];
    }
}
