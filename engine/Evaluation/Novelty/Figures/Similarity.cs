using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>How alike icons are to their nearest training icons by cosine (Somepalli et al. 2022).</summary>
internal static class Similarity
{
    /// <summary>Part of training icons that are less alike to their nearest other one than the figure's threshold.</summary>
    public const double Part = 0.95;

    /// <param name="distances">1 − cosine of each icon to its nearest training icon.</param>
    /// <param name="calibration">Of each training picture to its nearest other one.</param>
    /// <param name="training">Training icons.</param>
    public static IEnumerable<Figure> Figures(DistanceSpace space, double[] distances, double[] calibration, int training, Bootstrap bootstrap)
    {
        var key = FigureCatalogue.SpaceKey(space);
        var cosines = Array.ConvertAll(distances, distance => 1 - distance);
        var sorted = cosines.Order().ToArray();
        yield return Make("mean", cosines.Average(), bootstrap.OfMean(cosines));
        foreach (var percent in (int[])[75, 90, 95])
            yield return Make($"p{percent}", Bootstrap.Quantile(sorted, percent / 100.0), bootstrap.OfQuantile(cosines, percent / 100.0));
        if (calibration.Length == 0)
        {
            yield return Make("high", null, default) with { Note = "found one training picture; at least 2 are needed to tell what is high" };
            yield break;
        }
        var threshold = Bootstrap.Quantile([.. calibration.Select(distance => 1 - distance).Order()], Part);
        var high = Array.ConvertAll(cosines, cosine => cosine > threshold ? 1.0 : 0);
        yield return Make("high", high.Average(), bootstrap.OfMean(high)) with
        {
            K = (int)Math.Round(100 * Part),
            Note = FormattableString.Invariant($"above {threshold:0.0000}, which {100 * Part:0} % of {calibration.Length} training pictures stay below to each other"),
        };

        Figure Make(string name, double? value, (double? Low, double? High) interval) =>
            new($"{key}-similarity-{name}", value, interval.Low, interval.High, distances.Length, training);
    }
}
