using IconDiffusion.Data;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports;

/// <summary>What two sets of icons come to, the first playing the training set and the second the generated one.</summary>
/// <param name="Name">Of the pair.</param>
/// <param name="Novelty">Null: the preprint's figures alone were asked for.</param>
public sealed record SetComparison(string Name, ComparedSet First, ComparedSet Second, Scores Scores, NoveltyReport? Novelty)
{
    /// <summary>A figure by its key in <see cref="FigureCatalogue"/>; null: it was not asked for.</summary>
    public Figure? Figure(string key) =>
        Novelty?.Rows.FirstOrDefault(row => !row.IsControl)?.Figures.FirstOrDefault(figure => figure.Key == key) ?? Scores.Figures.FirstOrDefault(figure => figure.Key == key);
}

/// <summary>One of the sets.</summary>
/// <param name="Fingerprint">See <see cref="IconDataset.Fingerprint"/>.</param>
/// <param name="Resampled">How many icons were resized or cropped.</param>
/// <param name="Skipped">Files that could not be read.</param>
/// <param name="Warnings">What was left out of a folder otherwise, or changed before it was used, a sentence each.</param>
/// <param name="Consent">Who made the icons and under which terms; null: nobody said.</param>
public sealed record ComparedSet(
    string Name, int Count, string Fingerprint, int Resampled, EquatableList<UnreadableFile> Skipped, EquatableList<string> Warnings, Consent? Consent);
