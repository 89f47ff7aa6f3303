using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>A package of emoji drawings by one artist.</summary>
/// <param name="Folder">Where the SVG files lie in the archive.</param>
/// <param name="IsLowerCase">Whether the files' names, code points joined by '-', are in lower case.</param>
/// <param name="Consent">Who drew the emoji and under which licence.</param>
public sealed record EmojiPackage(string Name, string NpmName, string Version, string Sha512, string Folder, bool IsLowerCase, Consent Consent)
    : PinnedPackage(Name, NpmName, Version, Sha512, $"{Consent.Artist}: {Consent.Licence}. {Consent.Scope}")
{
    /// <summary>OpenMoji's drawings, CC BY-SA 4.0.</summary>
    public static EmojiPackage OpenMoji { get; } = new(
        "openmoji", "openmoji", "17.0.0", "EBnYrNGdcdw+OSXmENeNE1yBNRu6tOraTmoOyUbJkTmvT/+XETp8RZLSJFzD3lrPc5N9CzsyPnRTk0Vp4UaI9w==",
        "package/color/svg/", IsLowerCase: false,
        new("OpenMoji, the open-source emoji and icon project (openmoji.org)", "CC BY-SA 4.0", "Use with attribution; adaptations under the same licence."));

    /// <summary>The package's own files are under MIT, the drawings under CC BY 4.0.</summary>
    public static EmojiPackage Twemoji { get; } = new(
        "twemoji", "@twemoji/svg", "15.0.0", "ZSPef2B6nBaYnfgdTbAy4jgW95o7pi2xPGwGCU+WMTxo7J6B1lMPTWwSq/wTuiMq+N0khQ90CcvYp1wFoQpo/w==",
        "package/", IsLowerCase: true,
        new("Twemoji, by Twitter, Inc and other contributors (github.com/jdecked/twemoji)", "CC BY 4.0", "Use with attribution."));

    /// <summary>The emoji that a source shows; null: it shows none of a package.</summary>
    public static new EmojiPackage? Of(DatasetSpec spec) => spec switch
    {
        OpenMojiFacesSpec => OpenMoji,
        TwemojiFacesSpec => Twemoji,
        _ => null,
    };

    /// <summary>Where the archive has a face.</summary>
    public string EntryOf(HumanFace face)
    {
        var name = face.CodePoints.Replace(' ', '-');
        return $"{Folder}{(IsLowerCase ? name.ToLowerInvariant() : name)}.svg";
    }
}
