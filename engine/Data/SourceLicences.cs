using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>Terms of the sources that come with their own, which nobody can take back.</summary>
public static class SourceLicences
{
    /// <summary>Google's Noto Color Emoji font.</summary>
    public static Consent NotoFaces { get; } = new("Google (Noto Color Emoji)", "OFL 1.1", "any use; the font itself is not sold alone");

    /// <summary>The layered faces, which the program draws itself, under its own licence.</summary>
    public static Consent Layered { get; } = new("The IconDiffusion developers", "MIT");

    /// <summary>The source's terms; null: they are the folder's matter (<see cref="Consent.Read"/>).</summary>
    public static Consent? Of(DatasetSpec spec) => spec switch
    {
        NotoFacesSpec => NotoFaces,
        LayeredSpec => Layered,
        _ => EmojiPackage.Of(spec)?.Consent,
    };

    /// <summary>Whether these are a source's own terms.</summary>
    public static bool Contains(Consent consent) =>
        consent == NotoFaces || consent == Layered || EmojiPackage.All.Any(package => package.Consent == consent);
}
