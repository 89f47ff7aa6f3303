namespace IconDiffusion.Specs.Novelty;

/// <summary>
/// What generated icons are made of, for a training set whose parts are known (<see cref="LayeredSpec"/>): copies, known parts put
/// together anew, or parts that no variant explains.
/// </summary>
public sealed record RecombinationReport
{
    /// <summary>Icons counted.</summary>
    public required int Count { get; init; }

    public required int TrainingCount { get; init; }

    /// <summary>Shares and layout figures, each with its interval: <c>copy</c>, <c>recombination</c>, <c>unexplained</c>, <c>layout-shift</c>, ….</summary>
    public required EquatableList<Figure> Figures { get; init; }

    /// <summary>How well each part layer was recognised.</summary>
    public required EquatableList<LayerRecognition> Layers { get; init; }

    public required EquatableList<IconParts> Icons { get; init; }
}

/// <summary>What an icon of known parts is.</summary>
public enum RecombinationClass
{
    /// <summary>All parts are recognised, and the training set holds their combination.</summary>
    Copy,

    /// <summary>All parts are recognised, and no training icon combines them so: new work by recombination.</summary>
    Recombination,

    /// <summary>A part resembles no variant: invention or damage.</summary>
    Unexplained,
}

/// <summary>One icon taken apart.</summary>
/// <param name="TrainingIcon">The training icon with the same parts; null: there is none.</param>
public sealed record IconParts(int Icon, RecombinationClass Class, EquatableList<PartMatch> Parts, int? TrainingIcon);

/// <summary>One part of one icon.</summary>
/// <param name="Variant">The closest variant; null: none is close enough.</param>
/// <param name="Distance">Mean absolute difference to the closest within the part's own mask, 0…255.</param>
/// <param name="ShiftX">Where it lies beside its place in the layout, pixels to the right.</param>
/// <param name="ShiftY">Pixels down.</param>
public sealed record PartMatch(string Layer, string? Variant, double Distance, double ShiftX, double ShiftY);

/// <summary>One part layer over all icons.</summary>
/// <param name="Recognised">Share of icons (0…1) whose part of this layer is a known variant.</param>
/// <param name="Variants">How often each variant was drawn, and how often it was trained on.</param>
public sealed record LayerRecognition(string Layer, double Recognised, EquatableList<VariantCount> Variants);

/// <summary>One variant of a part.</summary>
public sealed record VariantCount(string Variant, int Generated, int Training);
