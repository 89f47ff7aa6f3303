namespace IconDiffusion.Specs.Novelty;

/// <summary>What a figure means: the one place that names it, its unit, which way is better, the network behind it, its source and what it compares with.</summary>
/// <param name="Key">As <see cref="Figure.Key"/>.</param>
/// <param name="Label">A column's heading.</param>
/// <param name="Definition">One sentence.</param>
/// <param name="Source">The paper that it is from; <see cref="FigureCatalogue.Here"/>: this project.</param>
/// <param name="Unit">Such as <c>of 255</c>; empty: a bare number.</param>
/// <param name="Copying">Which values speak of copying.</param>
/// <param name="Better">Which way its source counts as better.</param>
/// <param name="Space">The space whose distances it rests on; null: none alone.</param>
/// <param name="OfFeatures">Whether it rests on a feature network without a space that says so. Figures of different networks compare in nothing.</param>
public sealed record FigureDefinition(
    string Key, string Label, string Definition, string Source, string Unit, CopyingSign Copying, Better Better, DistanceSpace? Space = null, bool OfFeatures = false)
{
    /// <summary>Whether it rests on a feature network, be it by its distances.</summary>
    public bool OfFeatures { get; } = OfFeatures || Space == DistanceSpace.Feature;

    /// <summary>What its values may be compared with, a sentence.</summary>
    public string ComparesWith => (OfFeatures, Space) switch
    {
        (true, _) => "It compares only with values from the same network and of as many icons.",
        (_, DistanceSpace.Descriptor) => "It compares only with values from the same copy-detection network and of as many icons.",
        _ => "It compares only with values of icons of the same size and against as many training icons.",
    };

    /// <summary>The heading with the network behind the figure, if one is: <c>FID (ResNet-18)</c>, <c>MAE</c>.</summary>
    /// <param name="features">A result's label of its network.</param>
    public string LabelOf(string features) => OfFeatures ? $"{Label} ({FeatureNetworks.NameOf(features)})" : Label;
}

/// <summary>Which way a figure counts as better by its source.</summary>
public enum Better
{
    /// <summary>None: it is a mark to compare with, or best near a value.</summary>
    Neither,

    Lower,

    Higher,
}

/// <summary>Which values of a figure speak of copying.</summary>
public enum CopyingSign
{
    /// <summary>None: it measures likeness to the training set, which copies and good new icons share.</summary>
    Neither,

    /// <summary>The lower, the more is copied.</summary>
    Low,

    /// <summary>The higher, the more is copied.</summary>
    High,
}
