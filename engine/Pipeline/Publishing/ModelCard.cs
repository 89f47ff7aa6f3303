using System.Globalization;
using System.Text;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;
using static IconDiffusion.Pipeline.Publishing.CardText;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>
/// The model card (Mitchell et al. 2019) of published icons, with Hugging Face's front matter: what made them, whether it copies, what it
/// may be used for.
/// </summary>
public static class ModelCard
{
    /// <summary>The card's name in the published folder.</summary>
    public const string FileName = "MODEL_CARD.md";

    /// <summary>The card, Markdown.</summary>
    public static string Write(Publication publication)
    {
        var (result, novelty) = (publication.Result, publication.Novelty);
        var (spec, training, scores) = (result.Spec, result.Training, result.Scores);
        var text = new StringBuilder();
        text.Append(FrontMatter(publication));
        text.Append($"\n# {Plain(spec.Model.Label)}, run {result.RunId}\n\n");
        if (publication.LacksConsent) text.Append(NoConsent).Append('\n');
        text.Append(Invariant($"""
            A generator of {spec.Dataset.ImageSize}×{spec.Dataset.ImageSize} icons, {Way(publication)} {scores.TrainingCount} icons ({SourceOf(spec.Dataset)}; see DATASET_CARD.md).
            Icons published here: {publication.Icons.Count}. Every one of them is generated; none was drawn by a person.

            ![The published icons](contact-sheet.png)

            ## Does it copy?

            **{Plain(novelty.Verdict.Sentence)}**

            """));
        foreach (var check in novelty.Verdict.Checks) text.Append($"\n- {Plain(check)}");
        text.Append(Invariant($"\n\nLeft out, as the report calls them copies: {(publication.LeftOut.Count == 0 ? "none." : $"{publication.LeftOut.Count} of {novelty.Icons.Count}.")}\n\n"));
        if (publication.LeftOut.Count > 0)
        {
            text.Append("| icon | copy of | by distance | how far |\n|---:|---|---|---:|\n");
            foreach (var copy in publication.LeftOut)
                text.Append(Invariant($"| {copy.Icon} | {Plain(copy.Source)}{(copy.Mirrored ? ", mirrored" : "")} | {FigureText.Name(copy.Space, scores.Features)} | {FigureText.Rounded(copy.Distance)} |\n"));
            text.Append('\n');
        }
        text.Append(Invariant($"""
            ## Figures

            {string.Join(", ", scores.Figures.Select(figure => FigureText.Labelled(figure, scores.Features)))}: {scores.GeneratedCount} generated icons against {scores.TrainingCount} training icons, {Plain(scores.Features)}. NWI ranks a copying machine above a perfect generator and is never to be read alone.{(scores.ContentMae is { } content ? $" To its own content icon, whose shapes it keeps, an icon's MAE is {FigureText.Rounded(content)}." : "")}

            """));
        foreach (var note in scores.NotComparable) text.Append($"\nNot to be compared with published figures: {Plain(note)}.\n");
        text.Append("\nThe novelty report, each figure beside the same figure of controls whose answer is known:\n\n");
        // A heading one level below this one's.
        text.Append('#').Append(new NoveltyTable([new(novelty, result, null, new([], new(default, novelty.ImageSize)), NoPicture)]).Write(TableFormat.Markdown));
        text.Append(Invariant($"""

            ## Training

            | | |
            |---|---|
            | model | {Plain(spec.Model.Label)}, {training.Parameters} parameters |
            | training | {training.Steps} steps, {training.ImagesSeen} icons shown, {training.Time.TotalHours:0.0} h, ended by {training.End switch { TrainingEnd.Steps => "its steps", TrainingEnd.Budget => "its budget", _ => "the end of its safe window" }} |
            | seed | {spec.Seed} |{string.Concat(spec.Bases.Select(below => $"\n| enlarges | icons of {below.ImageSize}×{below.ImageSize} by {Plain(below.Model.Label)}, run {below.Run}, trained on the same source |"))}
            | weights | SHA-256 {training.WeightsHash} |
            | device | {Plain(result.Provenance.Device)}, {result.Provenance.Threads} threads, libtorch {Plain(result.Provenance.LibTorch)} |
            | software | IconDiffusion {Plain(result.Provenance.CodeVersion)} |

            ```json
            {Settings(spec)}
            ```

            {TagLines(publication, "## What it can be asked for\n\nIt was told these tags of its training icons, and icons may be asked for by them. The fewer icons have a tag, the less is known of it.")}## Intended use and limits

            - For looking at what a generator trained on few icons makes, and for use of its icons within the terms below.
            - It knows nothing but the training icons and has their biases: what they do not show, it does not draw well.
            - The report compares with the training icons alone. An icon that is new beside them may still resemble other works.
            - The rule that finds copies is about whole icons, shifted, mirrored or on another background. A copied part in a new whole is not called a copy; the report's patch sources tell of those.

            ## Consent and licence

            {ConsentLines(publication.Consent)}{OriginLines(publication)}
            {(publication.LacksConsent ? "Unknown terms are no permission." : $"The icons are published under the terms that the training icons{(spec.Model is StyleTransferSpec ? " and the content icons" : "")} came with. This card grants nothing beyond them.")}

            ## Provenance of the files

            Each PNG says that it was generated, by which run, from which data set and under which consent record (Title, Description, Software, Source, Copyright, Comment, XMP with IPTC's digital source type `trainedAlgorithmicMedia`){(publication.Watermark ? ", and carries a visible “AI” in its lower right corner" : "")}. manifest.json has the SHA-256 of every file.

            """));
        return text.ToString();
    }

    private static string FrontMatter(Publication publication)
    {
        var (result, scores) = (publication.Result, publication.Result.Scores);
        var label = Yaml(result.Spec.Model.Label);
        return Invariant($"""
            ---
            {LicenceLines(publication.Licence)}library_name: icondiffusion
            pipeline_tag: unconditional-image-generation
            tags:
            - icons
            - {(result.Spec.Model is StyleTransferSpec ? "style-transfer" : publication.Origins.Count == 0 ? "trained-from-scratch" : "fine-tuned")}
            - generated
            model-index:
            - name: {label}
              results:
              - task:
                  type: unconditional-image-generation
                dataset:
                  type: {Yaml(result.DatasetFingerprint[..12])}
                  name: {Yaml($"{scores.TrainingCount} icons, {SourceOf(result.Spec.Dataset)}")}
                metrics:
                - type: fid
                  value: {scores.Fid:0.####}
                  name: {Yaml($"{FigureText.Label("fid", scores.Features)}, n = {scores.GeneratedCount}, m = {scores.TrainingCount}, {scores.Features}")}
                - type: mae
                  value: {scores.Mae:0.####}
                  name: "MAE to the nearest training icon, 0…255"
                - type: copies
                  value: {publication.Novelty.Verdict.Copies}
                  name: {Yaml($"Copies among {publication.Novelty.Verdict.Count} icons")}
            ---

            """);
    }

    private static string Way(Publication publication) => publication switch
    {
        { Result.Spec.Model: StyleTransferSpec style } => $"which have the shapes of others ({SourceOf(style.Content)}) in the style of",
        { Origins: [var (origin, _), ..] } => $"fine-tuned from {TransferSource.NameOf(origin)} on",
        _ => "trained from scratch on",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // The table shows figures alone.
    private static Image NoPicture(int icon) => throw new InvalidOperationException($"A card's table shows no pictures; icon {icon} was asked for.");
}
