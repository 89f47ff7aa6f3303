using IconDiffusion.Data;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>What the cards tell about.</summary>
public sealed record Publication
{
    /// <summary>The run's scores and what reproduces them.</summary>
    public required RunResult Result { get; init; }

    /// <summary>The run's novelty report, whose copies are left out.</summary>
    public required NoveltyReport Novelty { get; init; }

    /// <summary>The training set; null: it is not in the data folder any more.</summary>
    public required IconDataset? Dataset { get; init; }

    /// <summary>The tags that the model was told of its training icons; null: none.</summary>
    public required IconTags? Tags { get; init; }

    /// <summary>Null: none is on record.</summary>
    public required ConsentRecord? Consent { get; init; }

    /// <summary>The weights that its training started from, the nearest first, each with the consent that it rests on; null: none is on record. Empty: random weights.</summary>
    public required IReadOnlyList<(WeightsOrigin Origin, ConsentRecord? Consent)> Origins { get; init; }

    /// <summary>Whether anybody's consent is missing, for the training icons or for what the weights started from.</summary>
    public bool LacksConsent => Consent is null || Origins.Any(each => each.Consent is null);

    /// <summary>The terms of all that the icons rest on; null: some are unknown.</summary>
    public string? Licence => LacksConsent ? null
        : string.Join(" and ", Origins.Select(each => each.Consent!).Prepend(Consent!).Select(record => record.Consent.Licence).Distinct());

    /// <summary>Icons that are published.</summary>
    public required EquatableList<int> Icons { get; init; }

    /// <summary>Copies, each with the training icon that it copies.</summary>
    public required EquatableList<LeftOutIcon> LeftOut { get; init; }

    /// <summary>Whether icons are marked visibly.</summary>
    public required bool Watermark { get; init; }
}
