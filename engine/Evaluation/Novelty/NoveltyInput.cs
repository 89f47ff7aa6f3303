using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>What a novelty report is made from. All icons have one size.</summary>
public sealed record NoveltyInput
{
    /// <summary>What the generated icons are of: a model's label, or a folder.</summary>
    public required string Title { get; init; }

    /// <summary>The icons that were trained on, repetitions counted; at least one.</summary>
    public required IconSet Training { get; init; }

    /// <summary>Names the training icons' pixels in the feature cache.</summary>
    public required string TrainingFingerprint { get; init; }

    /// <summary>At least one.</summary>
    public required IconPixels Generated { get; init; }

    /// <summary>Icons of the training set's source that were never trained on; null: none were set aside.</summary>
    public IconPixels? HeldOut { get; init; }

    /// <summary>
    /// Gives the generated icons' features, by the reporter's network, in their order; told where to report the icons done. Null:
    /// they are extracted.
    /// </summary>
    public Func<IProgress<int>?, FeatureStatistics>? GeneratedFeatures { get; init; }

    /// <summary>
    /// What the same icons score against the same training icons: the report shows FID, MAE and NWI of the generated icons as they stand
    /// there. Null: nobody has scored them, and they are computed.
    /// </summary>
    public Scores? Scores { get; init; }

    /// <summary>How the figures are computed.</summary>
    public NoveltySettings Settings { get; init; } = new();

    /// <summary>Reservations that the caller knows of, such as images that were resized.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <exception cref="ArgumentException">A set is empty, or sizes or counts do not belong together.</exception>
    internal void Validate()
    {
        if (Training.Count == 0) throw new ArgumentException("The training set is empty; a novelty report needs at least one icon.");
        if (Generated.Count == 0) throw new ArgumentException("There are no generated icons; a novelty report needs at least one.");
        foreach (var (name, icons) in new[] { ("generated", Generated), ("held-out", HeldOut) })
            if (icons is not null && icons.ImageSize != Training.Pixels.ImageSize)
                throw new ArgumentException($"The {name} icons are {icons.ImageSize} px wide, the training icons {Training.Pixels.ImageSize} px; they can only be compared at one size.");
        if (Scores is { } scores && (scores.GeneratedCount, scores.TrainingCount) != (Generated.Count, Training.Count))
            throw new ArgumentException($"The scores are of {scores.GeneratedCount} icons against {scores.TrainingCount}, the report is of {Generated.Count} against {Training.Count}; wanted scores of the same icons.");
        if (Settings.Neighbours < 1) throw new ArgumentException($"{Settings.Neighbours} neighbours came; wanted at least 1.");
        if (Settings.Bootstrap < 0) throw new ArgumentException($"{Settings.Bootstrap} resamples came; wanted 0 or more.");
        if (Settings.CopyQuantile is not (> 0 and < 1)) throw new ArgumentException($"A copy quantile of {Settings.CopyQuantile} came; wanted one between 0 and 1.");
    }
}
