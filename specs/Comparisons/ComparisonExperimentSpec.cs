using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Specs.Comparisons;

/// <summary>Pairs of data sets that are compared as the preprint's Table 1 does: nothing is trained.</summary>
public sealed record ComparisonExperimentSpec
{
    public required string Name { get; init; }

    public required EquatableList<ComparisonSpec> Comparisons { get; init; }

    /// <summary>What must come out for the figures to be believed; each is checked and told.</summary>
    public EquatableList<ExpectedOrder> Expected { get; init; } = [];

    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>Whether the preprint's own Table 1 stands below ours.</summary>
    public bool BesidePreprint { get; init; }

    /// <summary>Names the experiment: its name and 8 hex digits of what it compares, as <see cref="RunIdentity"/> does for others.</summary>
    public string Identity() => $"{Name}-{RunIdentity.Hash(new { Comparisons, Evaluation })[..8]}";
}

/// <summary>One pair: the first set plays the training set, the second the generated one. Nothing is held out unless stated.</summary>
public sealed record ComparisonSpec
{
    /// <summary>Names the pair in tables and in <see cref="ExpectedOrder"/>.</summary>
    public required string Name { get; init; }

    public required DatasetSpec First { get; init; }

    public required DatasetSpec Second { get; init; }
}

/// <summary>A figure that should be lower, or higher, for one pair than for others.</summary>
public sealed record ExpectedOrder
{
    /// <summary>As in <see cref="FigureCatalogue"/>, such as <c>fid</c> or <c>nwi</c>.</summary>
    public required string Figure { get; init; }

    /// <summary>The pair.</summary>
    public required string Of { get; init; }

    /// <summary>Pairs whose figure should be higher.</summary>
    public EquatableList<string> Below { get; init; } = [];

    /// <summary>Pairs whose figure should be lower.</summary>
    public EquatableList<string> Above { get; init; } = [];

    /// <summary>
    /// Whether the order is expected of trained weights alone, Inception's or ResNet-18's. NWI needs it: it takes an FID, whose scale is the network's,
    /// from a pixel distance, so that random features can order it anyhow.
    /// </summary>
    public bool NeedsPublishedFeatures { get; init; }
}
