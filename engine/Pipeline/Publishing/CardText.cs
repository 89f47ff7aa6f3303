using System.Text;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>Parts that both cards have: Markdown behind YAML, as Hugging Face reads it.</summary>
internal static class CardText
{
    /// <summary>Any text as YAML; YAML reads the strings of JSON.</summary>
    public static string Yaml(string text) => JsonSerializer.Serialize(text, SpecJson.Compact);

    /// <summary>Any text as words in a paragraph or a table: nothing in it is read as Markdown or HTML, on one line.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text)
            _ = c switch
            {
                '<' => plain.Append("&lt;"),
                '&' => plain.Append("&amp;"),
                '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '#' or '~' => plain.Append('\\').Append(c),
                _ when char.IsControl(c) => plain.Append(' '),
                _ => plain.Append(c),
            };
        return plain.ToString();
    }

    /// <summary>The terms as <c>license</c> and, where Hugging Face has no word for them, <c>license_name</c>; null: unknown.</summary>
    public static string LicenceLines(string? licence) => licence switch
    {
        null => "license: unknown\n",
        "OFL 1.1" => "license: ofl-1.1\n",
        "CC BY 4.0" => "license: cc-by-4.0\n",
        "CC BY-SA 4.0" => "license: cc-by-sa-4.0\n",
        "CC0 1.0" => "license: cc0-1.0\n",
        "MIT" => "license: mit\n",
        _ => $"license: other\nlicense_name: {Yaml(licence)}\n",
    };

    /// <summary>Whose icons were trained on and under which terms; a warning where nobody said.</summary>
    public static string ConsentLines(ConsentRecord? consent) => consent is { } record
        ? $"""
          | | |
          |---|---|
          | artist | {Plain(record.Consent.Artist)} |
          | licence | {Plain(record.Consent.Licence)} |
          | scope | {Plain(record.Consent.Scope ?? "not stated")} |
          | ends | {(record.Consent.Expiry is { } last ? $"{last:yyyy-MM-dd}" : "never")} |
          | record | {record.Id} |

          """
        : NoConsent;

    /// <summary>Every tag with the number of training icons that have it, the most frequent first; empty where the model was told none.</summary>
    /// <param name="above">Heading and sentences before the table.</param>
    public static string TagLines(Publication publication, string above) => publication.Tags is not { } tags ? "" :
        $"{above}\n\n| tag | training icons |\n|---|---:|\n{string.Concat(tags.Names.Zip(tags.Counts()).OrderByDescending(tag => tag.Second).Select(tag => $"| {Plain(tag.First)} | {tag.Second} |\n"))}\n";

    /// <summary>What the training started from, each with whose icons that rests on; empty where it started from random weights.</summary>
    public static string OriginLines(Publication publication) => string.Concat(publication.Origins.Select(each =>
        $"\n{(each.Origin.IsContent ? $"The shapes are those of {TransferSource.NameOf(each.Origin)}" : $"Training started from {TransferSource.NameOf(each.Origin)} (SHA-256 {each.Origin.WeightsHash}), {(each.Origin.Run is null ? "whose data set is unknown" : $"trained on the data set {each.Origin.Rests[..12]}")}")}:\n\n{ConsentLines(each.Consent)}"));

    /// <summary>What stands first in both cards where it is so.</summary>
    public const string NoConsent =
        """
        > **Warning: no consent is on record.** Nobody has stated who made the training icons, under which terms they may be used, or that
        > they may be used to train a generator. Whoever published this was told so and chose to publish.

        """;

    /// <summary>Where the training icons are from; never the path, which is nobody's business.</summary>
    public static string SourceOf(DatasetSpec spec) => spec switch
    {
        NotoFacesSpec => "human face emoji of the Noto Color Emoji font",
        OpenMojiFacesSpec => "human face emoji of OpenMoji",
        TwemojiFacesSpec => "human face emoji of Twemoji",
        LayeredSpec => "layered faces that the program draws from a seed",
        DiceBearSpec { Style: var style } => $"layered icons put together from the parts of DiceBear's style {style}",
        FolderSpec => "a folder of images",
        _ => throw new ArgumentException($"{spec.GetType().Name} is not a known source of icons.", nameof(spec)),
    };

    /// <summary>Settings as JSON, without paths.</summary>
    public static string Settings(RunSpec spec)
    {
        return JsonSerializer.Serialize(
            spec with { Dataset = Placeless(spec.Dataset), Model = spec.Model is StyleTransferSpec style ? style with { Content = Placeless(style.Content) } : spec.Model }, SpecJson.Indented);

        static DatasetSpec Placeless(DatasetSpec icons) => icons is FolderSpec folder ? folder with { Path = "…" } : icons;
    }
}
