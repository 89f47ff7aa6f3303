using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>How a set of icons lies to the training icons.</summary>
/// <param name="Products">Of its features with those of the training icons.</param>
/// <param name="Matches">Nearest training icons, by space.</param>
/// <param name="Sources">Of the patches of each icon.</param>
internal sealed record SetMeasures(
    int Count, FeatureStatistics Features, DistanceTable Products, SortedDictionary<DistanceSpace, AlignedMatch[]> Matches, PatchSources[] Sources)
{
    /// <summary>To the nearest training icon of each icon.</summary>
    public double[] Distances(DistanceSpace space) => Array.ConvertAll(Matches[space], match => match.Distance);
}
