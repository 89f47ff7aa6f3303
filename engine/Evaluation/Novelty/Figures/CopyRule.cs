using IconDiffusion.Evaluation.Novelty.Aligned;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// When an icon counts as a copy: it lies closer to one training icon than the given part of training icons lie to each other, or
/// on one of them.
/// </summary>
public sealed class CopyRule
{
    /// <summary>What rounding and a recomposed background leave of an exact copy, 0…255: no training set is so dense that less is new.</summary>
    public const double Same = 0.5;

    private CopyRule(double threshold, double falseAlarms) => (Threshold, FalseAlarms) = (threshold, falseAlarms);

    /// <summary>The distance, 0…255, below which an icon is a copy.</summary>
    public double Threshold { get; }

    /// <summary>
    /// The part (0…1) of new icons of the training set's own kind that the rule is expected to call copies nevertheless: a new icon
    /// is as likely as any training icon to be among the closest. More than was asked for where the set is too small.
    /// </summary>
    public double FalseAlarms { get; }

    /// <summary>Whether an icon at this aligned distance from its nearest training icon is a copy.</summary>
    public bool IsCopy(double distance) => IsCopy(distance, Threshold);

    /// <summary>The same by the threshold of a report, for further icons of its run.</summary>
    public static bool IsCopy(double distance, double threshold) => distance < threshold || distance <= Same;

    /// <summary>
    /// Takes the distance that at least 1 − <paramref name="quantile"/> of the training icons keep from their nearest: of n sorted
    /// distances the one at index ⌊quantile · n⌋, the smallest where n · quantile is less than 1.
    /// </summary>
    /// <param name="leaveOneOut">Of the training icons, duplicates taken as one icon. A single icon leaves exact copies alone.</param>
    /// <param name="quantile">0…1, exclusive.</param>
    public static CopyRule Calibrate(IReadOnlyList<AlignedMatch> leaveOneOut, double quantile)
    {
        if (quantile is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "The part of training icons that may lie closer is not between 0 and 1.");
        var distances = leaveOneOut.Select(match => match.Distance).Where(double.IsFinite).Order().ToArray();
        if (distances.Length == 0) return new(Same, 0);
        var index = (int)(quantile * distances.Length);
        return new(distances[index], distances.Count(distance => distance <= distances[index]) / (distances.Length + 1.0));
    }
}
