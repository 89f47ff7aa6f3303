using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// Synthetic faces of eight part layers with at most six variants each, drawn by IconDiffusion's own code: a sample of the parts'
/// product, so that what a model makes of known parts can be counted. <see cref="DatasetSpec.Count"/> is 200 where it is not stated.
/// </summary>
public sealed record LayeredSpec : DatasetSpec
{
    /// <summary>Chooses the combinations, their order and each face's layout.</summary>
    public int Seed { get; init; } = 3407;

    /// <summary>How many of each layer's variants are used, the first: 2 has 256 combinations, 3 has 6,561, 6 has 1,679,616.</summary>
    public int Variants { get; init; } = MostVariants;

    /// <summary>Variants that are drawn of each layer.</summary>
    [JsonIgnore]
    public static int MostVariants => 6;
}
