namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// Two samples in one order, for the Mann–Whitney test of both and of their resamples: Z = (U − μ)/σ with μ = nm/2 and σ² corrected for
/// ties (Mann &amp; Whitney 1947; Meehan et al. 2020, eq. 2). U counts the pairs in which the first sample's number is larger, half
/// where they are equal. Without continuity correction, which moves Z by 1/(2σ).
/// </summary>
internal sealed class PooledRanks
{
    private readonly int _first;

    private readonly int[] _order;

    private readonly bool[] _endsTie;

    public PooledRanks(double[] first, double[] second)
    {
        double[] pooled = [.. first, .. second];
        _first = first.Length;
        _order = [.. Enumerable.Range(0, pooled.Length)];
        Array.Sort([.. pooled], _order);
        _endsTie = new bool[pooled.Length];
        for (var place = 0; place < pooled.Length; place++)
            _endsTie[place] = place + 1 == pooled.Length || pooled[_order[place]] != pooled[_order[place + 1]];
    }

    /// <summary>Z with each number as often as it was drawn; null: all numbers are equal.</summary>
    /// <param name="ofFirst">How often each number of the first sample counts.</param>
    /// <param name="ofSecond">Of the second.</param>
    public double? Z(int[] ofFirst, int[] ofSecond)
    {
        double below = 0, twiceU = 0, ties = 0, n = 0, m = 0;  // whole numbers below 2⁵³, so exact
        double x = 0, y = 0;  // in the present tie
        for (var place = 0; place < _order.Length; place++)
        {
            var i = _order[place];
            if (i < _first) x += ofFirst[i];
            else y += ofSecond[i - _first];
            if (!_endsTie[place]) continue;
            twiceU += x * (2 * below + y);
            below += y;
            var tie = x + y;
            ties += tie * tie * tie - tie;
            (n, m, x, y) = (n + x, m + y, 0, 0);
        }
        var all = n + m;
        var variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
        // All equal: rounding leaves a little of what is exactly 0.
        return ties == all * all * all - all ? null : (twiceU / 2 - n * m / 2) / Math.Sqrt(variance);
    }
}
