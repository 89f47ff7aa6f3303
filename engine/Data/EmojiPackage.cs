using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>An npm package of emoji drawings that is installed on request: pinned, verified, never run.</summary>
/// <param name="Name">What commands call it, such as <c>openmoji</c>.</param>
/// <param name="NpmName">Such as <c>@twemoji/svg</c>.</param>
/// <param name="Sha512">Of the package's archive, base64, as npm's own integrity fields have it.</param>
/// <param name="Folder">Where the SVG files lie in the archive.</param>
/// <param name="IsLowerCase">Whether the files' names, code points joined by '-', are in lower case.</param>
/// <param name="Consent">Who drew the emoji and under which licence.</param>
public sealed record EmojiPackage(string Name, string NpmName, string Version, string Sha512, string Folder, bool IsLowerCase, Consent Consent)
{
    public static EmojiPackage OpenMoji { get; } = new(
        "openmoji", "openmoji", "17.0.0", "EBnYrNGdcdw+OSXmENeNE1yBNRu6tOraTmoOyUbJkTmvT/+XETp8RZLSJFzD3lrPc5N9CzsyPnRTk0Vp4UaI9w==",
        "package/color/svg/", IsLowerCase: false,
        new("OpenMoji, the open-source emoji and icon project (openmoji.org)", "CC BY-SA 4.0", "Use with attribution; adaptations under the same licence."));

    /// <summary>The package's own files are under MIT, the drawings under CC BY 4.0.</summary>
    public static EmojiPackage Twemoji { get; } = new(
        "twemoji", "@twemoji/svg", "15.0.0", "ZSPef2B6nBaYnfgdTbAy4jgW95o7pi2xPGwGCU+WMTxo7J6B1lMPTWwSq/wTuiMq+N0khQ90CcvYp1wFoQpo/w==",
        "package/", IsLowerCase: true,
        new("Twemoji, by Twitter, Inc and other contributors (github.com/jdecked/twemoji)", "CC BY 4.0", "Use with attribution."));

    public static IReadOnlyList<EmojiPackage> All { get; } = [OpenMoji, Twemoji];

    /// <summary>The package that a source is drawn from; null: it needs none.</summary>
    public static EmojiPackage? Of(DatasetSpec spec) => spec switch
    {
        OpenMojiFacesSpec => OpenMoji,
        TwemojiFacesSpec => Twemoji,
        _ => null,
    };

    /// <summary>What npm is asked for.</summary>
    public string NpmSpecifier => $"{NpmName}@{Version}";

    /// <summary>The archive's file name.</summary>
    public string FileName => $"{Name}-{Version}.tgz";

    /// <summary>Where the archive has a face.</summary>
    public string EntryOf(HumanFace face)
    {
        var name = face.CodePoints.Replace(' ', '-');
        return $"{Folder}{(IsLowerCase ? name.ToLowerInvariant() : name)}.svg";
    }
}
