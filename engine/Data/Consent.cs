using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>What the maker of a folder's images allows, as written in <c>consent.json</c> beside them.</summary>
/// <param name="Artist">Who made the images.</param>
/// <param name="Licence">Under which terms they may be used, such as CC BY 4.0 or a contract's name.</param>
/// <param name="Scope">What they may be used for, in words; null: not stated.</param>
/// <param name="Expiry">The last day on which they may be used, <c>YYYY-MM-DD</c>; null: no end.</param>
public sealed record Consent(string Artist, string Licence, string? Scope = null, DateOnly? Expiry = null)
{
    /// <summary>Name of the file in a folder of images: <c>consent.json</c>.</summary>
    public const string FileName = FolderListing.ConsentFile;

    /// <summary>The folder's consent, or null if it holds none.</summary>
    /// <exception cref="DatasetException">The file is unreadable, not this JSON, or leaves out artist or licence.</exception>
    public static Consent? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllText(path), path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>The consent that a file's text states.</summary>
    /// <param name="path">What errors call the file.</param>
    /// <exception cref="DatasetException">It is not this JSON, or leaves out artist or licence.</exception>
    public static Consent Parse(string text, string path)
    {
        try
        {
            var consent = JsonSerializer.Deserialize<Consent>(text, SpecJson.Compact);
            return string.IsNullOrWhiteSpace(consent?.Artist) || string.IsNullOrWhiteSpace(consent.Licence)
                ? throw new DatasetException($"'{path}' leaves out the artist or the licence; wanted both.")
                : consent;
        }
        catch (JsonException error)
        {
            throw Unreadable(path, error);
        }
    }

    private static DatasetException Unreadable(string path, Exception error) => new(
        $"'{path}' cannot be read: {error.Message} Wanted {{\"artist\": …, \"licence\": …, \"scope\": …, \"expiry\": \"YYYY-MM-DD\"}}, the last two optional.", error);

    /// <summary>Writes it beside a folder's images, all or not at all.</summary>
    public void Write(string folder) =>
        AtomicFile.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, SpecJson.Indented) + "\n");

    /// <summary>Whether <paramref name="today"/> is past the last day.</summary>
    public bool HasExpired(DateOnly today) => today > Expiry;
}
