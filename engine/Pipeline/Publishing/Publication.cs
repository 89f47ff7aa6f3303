using IconDiffusion.Data;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>What the cards tell about.</summary>
public sealed record Publication
{
    /// <summary>The run's scores and what reproduces them.</summary>
    public required RunResult Result { get; init; }

    public required NoveltyReport Novelty { get; init; }

    /// <summary>The training set; null: it is not in the data folder any more.</summary>
    public required IconDataset? Dataset { get; init; }

    /// <summary>Null: none is on record.</summary>
    public required ConsentRecord? Consent { get; init; }

    /// <summary>Icons that are published.</summary>
    public required EquatableList<int> Icons { get; init; }

    public required EquatableList<LeftOutIcon> LeftOut { get; init; }

    public required bool Watermark { get; init; }
}
