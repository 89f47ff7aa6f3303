using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>An npm package of drawings that is installed on request: pinned, verified, never run.</summary>
/// <param name="Name">What commands call it, such as <c>openmoji</c>.</param>
/// <param name="NpmName">Such as <c>@twemoji/svg</c>.</param>
/// <param name="Sha512">Of the package's archive, base64, as npm's own integrity fields have it.</param>
/// <param name="Terms">Who drew what is in it and under which licences, a sentence for the installer.</param>
public record PinnedPackage(string Name, string NpmName, string Version, string Sha512, string Terms)
{
    /// <summary>Definitions of styles for layered art.</summary>
    public static PinnedPackage DiceBear { get; } = new(
        "dicebear", "@dicebear/styles", "10.6.0", "KhxbEVI+z8TaenX58+ZhIRFBt7adggu/F+8g6ZYLu43H2/lgLuWA3Kg8vHBrCVWdfTTTt1p2wUhQomIkkypTuQ==",
        "Styles by many artists, each under its own licence, which data sets, cards and consent records carry.");

    /// <summary>Those that data sets are drawn from.</summary>
    public static IReadOnlyList<PinnedPackage> All => [EmojiPackage.OpenMoji, EmojiPackage.Twemoji, DiceBear];

    /// <summary>The package that a source is drawn from; null: it needs none.</summary>
    public static PinnedPackage? Of(DatasetSpec spec) => spec is DiceBearSpec ? DiceBear : EmojiPackage.Of(spec);

    /// <summary>What npm is asked for.</summary>
    public string NpmSpecifier => $"{NpmName}@{Version}";

    /// <summary>The archive's file name.</summary>
    public string FileName => $"{Name}-{Version}.tgz";
}
