using IconDiffusion.Evaluation.Features;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Metrics;

/// <summary>An icon chosen for a figure.</summary>
/// <param name="Icon">Its number.</param>
/// <param name="Nearest">The training icon nearest to it in pixels, mirror images included.</param>
/// <param name="Faithful">Whether it passes the rule's first half; icons that do not fill up what the others leave empty.</param>
public sealed record BestIcon(int Icon, NearestMatch Nearest, bool Faithful);

/// <summary>
/// The icons of a run that a figure shows, chosen by a rule and not by eye: the most novel of the faithful ones. An icon is
/// faithful if its features lie within the training set's manifold as "improved precision" defines it (Kynkäänniemi et al. 2019,
/// eq. 1, k = 3): no farther from some training icon than that icon's third nearest training icon is. The most novel are those with
/// the largest mean absolute pixel difference to the nearest training icon or mirror image of one.
/// </summary>
/// <param name="Icons">Best first.</param>
/// <param name="Faithful">Icons of the run that are faithful.</param>
/// <param name="Count">Icons of the run.</param>
public sealed record BestIcons(EquatableList<BestIcon> Icons, int Faithful, int Count)
{
    /// <summary>Icons that are chosen, if there are so many.</summary>
    public const int Most = 10;

    /// <summary>Neighbours that span the manifold.</summary>
    public const int Neighbours = 3;

    /// <summary>The rule as a caption.</summary>
    public const string Rule =
        "farthest in pixels from every training icon, of the icons whose features lie within the training icons' manifold (3 neighbours); " +
        "* outside of it: the nearest to it where too few lie within";

    /// <summary>Chooses.</summary>
    /// <param name="generated">Features of the icons.</param>
    /// <param name="training">Features of the training icons; more than <see cref="Neighbours"/>, or every icon counts as faithful.</param>
    /// <param name="nearest">Of each icon, mirror images included.</param>
    /// <exception cref="ArgumentException">The three do not belong together.</exception>
    public static BestIcons Choose(FeatureStatistics generated, FeatureStatistics training, IReadOnlyList<NearestMatch> nearest)
    {
        if (generated.Dimension != training.Dimension || nearest.Count != generated.Count)
            throw new ArgumentException($"{nearest.Count} matches and features [{generated.Count}, {generated.Dimension}] came for training features [{training.Count}, {training.Dimension}]; wanted one match for each icon and one dimension.", nameof(nearest));
        var excess = Excess(generated, training);
        var icons = Enumerable.Range(0, generated.Count)
            .OrderByDescending(i => excess[i] <= 0)
            .ThenBy(i => excess[i] <= 0 ? -nearest[i].Distance : excess[i])
            .Take(Most)
            .Select(i => new BestIcon(i, nearest[i], excess[i] <= 0));
        return new([.. icons], excess.Count(e => e <= 0), generated.Count);
    }

    // How far each icon lies outside of the manifold, squared; 0 or less: inside.
    private static double[] Excess(FeatureStatistics generated, FeatureStatistics training)
    {
        var excess = new double[generated.Count];
        if (training.Count <= Neighbours) return excess;
        var radius = new double[training.Count];
        Parallel.For(0, training.Count, i =>
        {
            var distances = Enumerable.Range(0, training.Count).Where(j => j != i).Select(j => Squared(training, i, training, j)).Order();
            radius[i] = distances.ElementAt(Neighbours - 1);
        });
        Parallel.For(0, generated.Count, i =>
            excess[i] = Enumerable.Range(0, training.Count).Min(j => Squared(generated, i, training, j) - radius[j]));
        return excess;
    }

    private static double Squared(FeatureStatistics a, int i, FeatureStatistics b, int j)
    {
        var x = a.Values.AsSpan(i * a.Dimension, a.Dimension);
        var y = b.Values.AsSpan(j * b.Dimension, b.Dimension);
        var sum = 0.0;
        for (var k = 0; k < x.Length; k++)
        {
            var difference = (double)x[k] - y[k];
            sum += difference * difference;
        }
        return sum;
    }
}
