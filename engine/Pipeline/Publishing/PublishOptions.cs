namespace IconDiffusion.Pipeline.Publishing;

/// <summary>What is published and how.</summary>
public sealed record PublishOptions
{
    /// <summary>The folder that is made: none yet, or an empty one.</summary>
    public required string To { get; init; }

    /// <summary>The first so many icons that are no copies; null: all of them.</summary>
    public int? Count { get; init; }

    /// <summary>Whether every icon is marked visibly; see <see cref="Watermark"/>.</summary>
    public bool Watermark { get; init; }

    /// <summary>Publishes although nobody's consent for the training icons is on record, which the cards then say first.</summary>
    public bool WithoutConsent { get; init; }
}
