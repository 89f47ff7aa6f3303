using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// Art in layers: every icon is made of parts that are known, a seeded sample of the parts' product in which no combination is twice, so
/// that what a model makes of known parts can be counted. <see cref="DatasetSpec.Count"/> is 200 where it is not stated.
/// </summary>
public abstract record LayeredArtSpec : DatasetSpec
{
    /// <summary>Chooses the combinations, their order and each icon's layout.</summary>
    public int Seed { get; init; } = 3407;

    /// <summary>How many of each layer's variants are used, the first.</summary>
    public int Variants { get; init; } = 6;

    /// <summary>The most that <see cref="Variants"/> can be.</summary>
    [JsonIgnore]
    public abstract int MostVariants { get; }
}

/// <summary>
/// Synthetic faces of eight part layers with at most six variants each, drawn by IconDiffusion's own code: 2 variants have 256
/// combinations, 3 have 6,561, 6 have 1,679,616. They need no download and no renderer and are the same to the bit on every machine,
/// which tests and work offline rest on; <see cref="DiceBearSpec"/> is the same thing drawn by illustrators.
/// </summary>
public sealed record LayeredSpec : LayeredArtSpec
{
    /// <summary>Variants that are drawn of each layer.</summary>
    [JsonIgnore]
    public override int MostVariants => 6;
}

/// <summary>
/// Layered art by an illustrator: a style of npm's <c>@dicebear/styles</c>, which is installed on request. Each component of the style is
/// a layer; a variant is one of its drawings in one of its colours, or that it is absent. A colour that several components share belongs
/// to the variants of one of them, and the others follow it: brows have the hair's colour. What has one drawing in the colour of the skin,
/// such as the head, is a layer named for the colour, whose variants are its values. Components that the style marks as rare are as
/// frequent as their variants are many. All parts together move up to 3/128 of the side to the left, to the right or down, each part up to 1/128 beside.
/// </summary>
public sealed record DiceBearSpec : LayeredArtSpec
{
    /// <summary>The style's name in the package, such as <c>toon-head</c>.</summary>
    public required string Style { get; init; }

    /// <summary>A layer that has fewer has all of its own.</summary>
    [JsonIgnore]
    public override int MostVariants => 64;
}
