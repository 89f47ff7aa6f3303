using System.Globalization;
using System.Text;
using static IconDiffusion.Pipeline.Publishing.CardText;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>The card of the icons that were trained on (after Gebru et al. 2021), with Hugging Face's front matter. The icons themselves are not in it.</summary>
public static class DatasetCard
{
    /// <summary>The card's name in the published folder.</summary>
    public const string FileName = "DATASET_CARD.md";

    /// <summary>The card, Markdown.</summary>
    public static string Write(Publication publication)
    {
        var (result, novelty) = (publication.Result, publication.Novelty);
        var spec = result.Spec.Dataset;
        var text = new StringBuilder();
        text.Append(Invariant($"""
            ---
            {LicenceLines(publication.Consent?.Consent.Licence)}pretty_name: {Yaml($"{novelty.TrainingCount} icons, {SourceOf(spec)}")}
            task_categories:
            - unconditional-image-generation
            size_categories:
            - {(novelty.TrainingCount < 1000 ? "n<1K" : "1K<n<10K")}
            tags:
            - icons
            ---

            # The icons that run {result.RunId} was trained on


            """));
        if (publication.Consent is null) text.Append(NoConsent).Append('\n');
        text.Append(Invariant($"""
            {novelty.TrainingCount} icons: {SourceOf(spec)}. They are not part of this publication.

            | | |
            |---|---|
            | size | {spec.ImageSize}×{spec.ImageSize} RGB, transparent pixels over {spec.Background} |
            | shown mirrored half of the time | {(spec.HorizontalFlip ? "yes" : "no")} |
            | held out, never trained on | {novelty.HeldOutCount} |
            | fingerprint | {result.DatasetFingerprint} |

            {TagLines(publication, "## Tags\n\nWhat the icons show, as far as the model was told it; icons may have several tags or none.")}## Consent and licence

            {ConsentLines(publication.Consent)}
            ## Duplicates


            """));
        if (novelty.Duplicates.Count == 0) text.Append("No icon is a duplicate or near-duplicate of another.\n");
        else
        {
            text.Append("Copying concentrates on pictures that a training set has more than once.\n\n| the same picture | generated copies of it |\n|---|---:|\n");
            foreach (var group in novelty.Duplicates)
                text.Append(Invariant($"| {string.Join(", ", group.Icons.Select(Name))} | {group.Copies} |\n"));
        }
        text.Append("\n## What it can't tell\n\nWhom the icons leave out, and how they were chosen, only their maker knows. A generator repeats both.\n");
        return text.ToString();

        string Name(int icon) => publication.Dataset is { } dataset && icon < dataset.Count ? Plain(dataset.Training.Names[icon]) : $"icon {icon}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
