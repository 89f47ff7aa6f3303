using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>Terms of the sources that come with their own, which nobody can take back.</summary>
public static class SourceLicences
{
    /// <summary>Google's Noto Color Emoji font.</summary>
    public static Consent NotoFaces { get; } = new("Google (Noto Color Emoji)", "OFL 1.1", "any use; the font itself is not sold alone");

    /// <summary>The layered faces, which the program draws itself, under its own licence.</summary>
    public static Consent Layered { get; } = new("The IconDiffusion developers", "MIT");

    /// <summary>Of a DiceBear style, as its package states them.</summary>
    /// <param name="attribution">The sentence that names source and artist, or what else the package says.</param>
    internal static Consent DiceBear(string artist, string licence, string attribution) => new(artist, licence, $"{attribution.TrimEnd('.')}. {DiceBearScope}");

    // Tells such a consent from a folder's.
    private static string DiceBearScope => $"As {PinnedPackage.DiceBear.NpmName} states.";

    /// <summary>The source's terms; null: they are the folder's matter (<see cref="Consent.Read"/>), or the package's that it is drawn from.</summary>
    public static Consent? Of(DatasetSpec spec) => spec switch
    {
        NotoFacesSpec => NotoFaces,
        LayeredSpec => Layered,
        _ => EmojiPackage.Of(spec)?.Consent,
    };

    /// <summary>Whether these are a source's own terms.</summary>
    public static bool Contains(Consent consent) =>
        consent == NotoFaces || consent == Layered || PinnedPackage.All.OfType<EmojiPackage>().Any(package => package.Consent == consent)
        || consent.Scope?.EndsWith(DiceBearScope, StringComparison.Ordinal) == true;
}
