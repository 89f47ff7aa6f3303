namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>One query's way to its nearest and second nearest reference, the most promising first.</summary>
/// <param name="excluded">A reference that does not count, the query itself; −1: all count.</param>
internal sealed class AlignedSearch(Alignment[] alignments, int excluded)
{
    private int _best = int.MaxValue, _second = int.MaxValue, _index = -1, _alignment;

    /// <summary>Looks at the references of a table.</summary>
    /// <param name="bounds">Of <see cref="AlignedReferences.Bounds"/>.</param>
    public void Continue(ReadOnlySpan<byte> query, AlignedReferences references, int[] bounds)
    {
        var count = alignments.Length;
        var promising = new (int Bound, int Reference)[references.Count];
        for (var j = 0; j < promising.Length; j++)
            promising[j] = (Least(bounds.AsSpan(j * count, count)), j);
        Array.Sort(promising);

        var candidates = new List<(int Bound, int Alignment)>(count);
        foreach (var (bound, j) in promising)
        {
            if (bound > _second) break;
            var index = references.First + j;
            if (index == excluded || !CanMatter(bound, index)) continue;
            candidates.Clear();
            for (var t = 0; t < count; t++)
                if (bounds[j * count + t] <= _second) candidates.Add((bounds[j * count + t], t));
            candidates.Sort();
            Add(index, Nearest(query, references, j, candidates));
        }
    }

    /// <param name="bytes">Bytes of an icon, by which sums become means.</param>
    public AlignedMatch Match(int bytes)
    {
        if (_index < 0) return AlignedMatch.None;
        var (mirrored, x, y) = alignments[_alignment];
        return new(_index, (double)_best / bytes, _second == int.MaxValue ? double.PositiveInfinity : (double)_second / bytes, mirrored, x, y);
    }

    // The least sum over the alignments of one reference; among equal sums the first alignment. MaxValue: more than the second nearest has.
    private (int Sum, int Alignment) Nearest(ReadOnlySpan<byte> query, AlignedReferences references, int j, List<(int Bound, int Alignment)> candidates)
    {
        var (least, at) = (int.MaxValue, int.MaxValue);
        foreach (var (bound, alignment) in candidates)
        {
            if (bound > least) break;
            if (bound == least && alignment > at) continue;
            var sum = references.Sum(query, j, alignment, Math.Min(least, _second));
            if (sum < least || (sum == least && alignment < at)) (least, at) = (sum, alignment);
        }
        return (least, at);
    }

    // As near as the second is too far, unless it is as near as the first and comes before it.
    private bool CanMatter(int sum, int index) => sum < _second || (sum <= _best && index < _index);

    private void Add(int index, (int Sum, int Alignment) found)
    {
        if (found.Sum == int.MaxValue) return;
        if (found.Sum < _best || (found.Sum == _best && index < _index))
            (_second, _best, _index, _alignment) = (_best, found.Sum, index, found.Alignment);
        else if (found.Sum < _second)
            _second = found.Sum;
    }

    private static int Least(ReadOnlySpan<int> bounds)
    {
        var least = bounds[0];
        foreach (var bound in bounds) least = Math.Min(least, bound);
        return least;
    }
}
