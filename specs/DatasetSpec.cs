using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>Which icons are trained on, and how they become square RGB pixels in 0…255.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "source")]
[JsonDerivedType(typeof(NotoFacesSpec), "noto-faces")]
[JsonDerivedType(typeof(FolderSpec), "folder")]
public abstract record DatasetSpec
{
    /// <summary>How many icons to train on, of the first in the source's fixed order; null: all there are, but for those held out.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// Icons that are set aside: never trained on, they show the novelty report what new work of the same kind looks like. They are
    /// spread evenly over the source's order. Null: a fifth of the icons where there are at least 100 and <see cref="Count"/> is not
    /// stated; up to a quarter of <see cref="Count"/> more, where that is at least 50 and the source has them; else none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? HeldOut { get; init; }

    /// <summary>Training icons that appear several times, to see whether those are the ones that are copied; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RepeatSpec? Repeat { get; init; }

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

/// <summary>The first <see cref="Icons"/> training icons are trained on <see cref="Times"/> times as often as the others.</summary>
public sealed record RepeatSpec
{
    public required int Icons { get; init; }

    /// <summary>How often each of them is in the training set.</summary>
    public required int Times { get; init; }
}
