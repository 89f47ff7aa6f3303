using System.Globalization;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Comparisons;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>One expected order, looked at.</summary>
/// <param name="Sentence">Names the figure, both pairs and what came.</param>
/// <param name="IsMet">Null: the order is expected of trained features alone, and these are random.</param>
public sealed record OrderCheck(string Sentence, bool? IsMet)
{
    /// <summary>Each pair of an expected order.</summary>
    /// <param name="comparisons">Hold every pair that the order names.</param>
    public static IEnumerable<OrderCheck> Of(ExpectedOrder order, IReadOnlyList<SetComparison> comparisons)
    {
        SetComparison Named(string name) => comparisons.First(each => each.Name == name);
        return
        [
            .. order.Below.Select(other => Check(order, Named(order.Of), Named(other), isBelow: true)),
            .. order.Above.Select(other => Check(order, Named(order.Of), Named(other), isBelow: false)),
        ];
    }

    private static OrderCheck Check(ExpectedOrder order, SetComparison one, SetComparison other, bool isBelow)
    {
        var (key, label) = (order.Figure, FigureCatalogue.Of(order.Figure).LabelOf(one.Scores.Features));
        if (one.Figure(key)?.Value is not { } a || other.Figure(key)?.Value is not { } b)
            return new($"{label} cannot be compared: '{(one.Figure(key)?.Value is null ? one : other).Name}' has none.", false);
        var isMet = isBelow ? a < b : a > b;
        var place = isBelow ? "below" : "above";
        var came = $"{label} of '{one.Name}' ({Text(a)}) {(isMet ? $"lies {place}" : $"does not lie {place}")} that of '{other.Name}' ({Text(b)})";
        if (order.NeedsPublishedFeatures && (FeatureNetworks.IsRandom(one.Scores.Features) || FeatureNetworks.IsRandom(other.Scores.Features)))
            return new($"{came}; the order is expected of trained weights, not of random ones.", null);
        return new($"{came}{(isMet ? ", as expected." : ", against what was expected.")}", isMet);
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−');
}
