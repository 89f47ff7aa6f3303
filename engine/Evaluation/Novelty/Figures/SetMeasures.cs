using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>How a set of icons lies to the training icons.</summary>
/// <param name="Products">Of its features with those of the training icons.</param>
/// <param name="Matches">Nearest training icons, by space.</param>
/// <param name="Sources">Of the patches of each icon; empty: they were not looked for.</param>
internal sealed record SetMeasures(
    int Count, FeatureStatistics Features, DistanceTable Products, SortedDictionary<DistanceSpace, AlignedMatch[]> Matches, PatchSources[] Sources)
{
    /// <summary>To the nearest training icon of each icon.</summary>
    public double[] Distances(DistanceSpace space) => Array.ConvertAll(Matches[space], match => match.Distance);

    /// <summary>Some of the icons, in the order given; one may come several times.</summary>
    public SetMeasures Pick(int[] which) => new(
        which.Length, Features.Pick(which), Products.Pick(which),
        new(Matches.ToDictionary(each => each.Key, each => Array.ConvertAll(which, i => each.Value[i]))),
        Sources.Length == 0 ? [] : Array.ConvertAll(which, i => Sources[i]));

    /// <summary>The icons of several sets, one after the other, without their sources.</summary>
    public static SetMeasures Join(IReadOnlyList<SetMeasures> sets) => new(
        sets.Sum(set => set.Count), FeatureStatistics.Merge([.. sets.Select(set => set.Features)]), DistanceTable.Join([.. sets.Select(set => set.Products)]),
        new(sets[0].Matches.Keys.ToDictionary(space => space, space => sets.SelectMany(set => set.Matches[space]).ToArray())), []);
}
