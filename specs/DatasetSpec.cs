using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>Which icons are trained on, and how they become square RGB pixels in 0…255.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "source")]
[JsonDerivedType(typeof(NotoFacesSpec), "noto-faces")]
[JsonDerivedType(typeof(FolderSpec), "folder")]
public abstract record DatasetSpec
{
    /// <summary>How many icons to use, the first in the source's fixed order; null: all there are.</summary>
    public int? Count { get; init; }

    /// <summary>Side of the square icon in pixels.</summary>
    public int ImageSize { get; init; } = 128;

    /// <summary>Whether training shows each icon mirrored half of the time. Stated in every result, since mirrored copies can be memorised.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Colour, <c>#RRGGBB</c>, that transparent pixels are laid over.</summary>
    public string Background { get; init; } = "#FFFFFF";
}

/// <summary>Human face emoji rendered from the Noto Color Emoji font (OFL 1.1).</summary>
public sealed record NotoFacesSpec : DatasetSpec;

/// <summary>The user's own images.</summary>
public sealed record FolderSpec : DatasetSpec
{
    /// <summary>Folder that holds the images, itself or in sub-folders.</summary>
    public required string Path { get; init; }
}
