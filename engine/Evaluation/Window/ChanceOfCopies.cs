using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Window;

/// <summary>
/// How many of some new icons of the training set's own kind the rule of copies (decision 8) calls copies by chance: beta-binomial.
/// </summary>
/// <remarks>
/// A new icon falls below the threshold with a probability p that itself is known only from the training pictures: the threshold is
/// the r-th smallest of m distances, so p ~ Beta(r, m + 1 − r), were the distances independent. They are not: the two most alike icons
/// are each other's nearest, so that near distances come in pairs and m of them tell what m/2 would: p ~ Beta(r/2, (m + 1 − r)/2), with
/// the same mean and twice the variance. H held-out icons, h of them called copies, are trials of the same p and add h and H − h.
/// </remarks>
public sealed class ChanceOfCopies(CopyChance chance)
{
    private readonly double _hits = (Math.Max(1, chance.Closer) / 2.0) + chance.HeldOutCopies;
    private readonly double _misses = (Math.Max(1, chance.Pictures + 1 - chance.Closer) / 2.0) + chance.HeldOut - chance.HeldOutCopies;

    /// <summary>Copies among <paramref name="icons"/> new icons, on average.</summary>
    public double Mean(int icons) => icons * _hits / (_hits + _misses);

    /// <summary>Probability, 0…1, of <paramref name="copies"/> and more copies among <paramref name="icons"/> new icons.</summary>
    public double Tail(int icons, int copies)
    {
        // From P(0) upwards, each probability from the one before.
        var probability = 1.0;
        for (var i = 0; i < icons; i++) probability *= (_misses + i) / (_hits + _misses + i);
        var fewer = 0.0;
        for (var x = 0; x < copies; x++)
        {
            fewer += probability;
            probability *= (icons - x) * (_hits + x) / ((x + 1) * (_misses + icons - x - 1));
        }
        return Math.Clamp(1 - fewer, 0, 1);
    }
}
