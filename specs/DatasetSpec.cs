using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>Which icons are trained on, and how they become square RGB pixels in 0…255.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "source")]
[JsonDerivedType(typeof(NotoFacesSpec), "noto-faces")]
[JsonDerivedType(typeof(OpenMojiFacesSpec), "openmoji-faces")]
[JsonDerivedType(typeof(TwemojiFacesSpec), "twemoji-faces")]
[JsonDerivedType(typeof(LayeredSpec), "layered")]
[JsonDerivedType(typeof(DiceBearSpec), "dicebear")]
[JsonDerivedType(typeof(FolderSpec), "folder")]
public abstract record DatasetSpec
{
    private const int LeastUncounted = 100;
    private const int LeastCounted = 50;

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

    /// <summary>
    /// Whether the icons' tags are part of the data set, which a model with <c>condition</c> learns from: an experiment file sets it for
    /// such models by itself. Without it a data set is the same whatever its tags are.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Tags { get; init; }

    /// <summary>How many of the source's first icons are needed in all, those set aside included.</summary>
    /// <param name="available">Icons that the source has.</param>
    public int PoolOf(int available) => Math.Min(available, (int)Math.Min(available, (long)(Count ?? available) + HeldOutOf(available)));

    /// <summary>How many icons are set aside; see <see cref="HeldOut"/>.</summary>
    /// <param name="available">Icons that the source has.</param>
    public int HeldOutOf(int available) => (HeldOut, Count) switch
    {
        ({ } stated, _) => stated,
        (null, null) => available >= LeastUncounted ? available / 5 : 0,
        (null, { } count) => count >= LeastCounted ? Math.Clamp(available - count, 0, count / 4) : 0,
    };
}

/// <summary>Human face emoji: the same faces in the same order, whoever drew them.</summary>
public abstract record HumanFacesSpec : DatasetSpec
{
    /// <summary>Which of them, by the Emoji version that brought them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public FaceRelease Release { get; init; }
}

/// <summary>Rendered from Google's Noto Color Emoji font (OFL 1.1).</summary>
public sealed record NotoFacesSpec : HumanFacesSpec;

/// <summary>Drawn from the OpenMoji package (CC BY-SA 4.0), which is installed on request.</summary>
public sealed record OpenMojiFacesSpec : HumanFacesSpec;

/// <summary>Drawn from the Twemoji package (CC BY 4.0), which is installed on request.</summary>
public sealed record TwemojiFacesSpec : HumanFacesSpec;

/// <summary>A part of the face emoji, so that one artist's earlier and later work can be compared.</summary>
public enum FaceRelease
{
    All,

    /// <summary>Emoji 4.0 (2016) and before: 372 faces.</summary>
    Early,

    /// <summary>Emoji 5.0 (2017) and after: 246 faces.</summary>
    New,
}

/// <summary>The user's own images.</summary>
public sealed record FolderSpec : DatasetSpec
{
    /// <summary>Folder that holds the images, itself or in sub-folders. In a file, a relative one lies beside the file, and <c>~</c> is the user's home.</summary>
    public required string Path { get; init; }
}

/// <summary>The first <see cref="Icons"/> training icons are trained on <see cref="Times"/> times as often as the others.</summary>
public sealed record RepeatSpec
{
    public required int Icons { get; init; }

    /// <summary>How often each of them is in the training set.</summary>
    public required int Times { get; init; }
}
