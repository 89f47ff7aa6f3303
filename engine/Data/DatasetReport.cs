using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Data;

/// <summary>What <c>icon dataset check</c> tells about a source of icons before anything is trained on it.</summary>
public sealed record DatasetReport
{
    /// <summary>How many icons would be trained on.</summary>
    public required int Icons { get; init; }

    /// <summary>How many more would be set aside.</summary>
    public int HeldOut { get; init; }

    /// <summary>Sentences that each say why training is refused; none: the dataset can be used.</summary>
    public required EquatableList<string> Problems { get; init; }

    public EquatableList<UnreadableFile> Unreadable { get; init; } = [];

    /// <summary>Files that are not called like an image, and consent.json aside were not looked at.</summary>
    public EquatableList<string> Ignored { get; init; } = [];

    public EquatableList<DuplicatePair> Duplicates { get; init; } = [];

    /// <summary>Icons with transparent pixels, which the background fills.</summary>
    public EquatableList<string> Transparent { get; init; } = [];

    /// <summary>Icons whose shorter side is less than the image size; they become blurred.</summary>
    public EquatableList<string> Enlarged { get; init; } = [];

    /// <summary>Icons that are not stored at the image size.</summary>
    public EquatableList<string> Resampled { get; init; } = [];

    /// <summary>Icons that are not square; the ends of the longer side are cut off.</summary>
    public EquatableList<string> Cropped { get; init; } = [];

    /// <summary>Animations, of which the first frame is used.</summary>
    public EquatableList<string> Animated { get; init; } = [];

    /// <summary>Files whose name promises another format than their content has; the content counts.</summary>
    public EquatableList<string> Mislabelled { get; init; } = [];

    /// <summary>What consent.json beside the images says; null: there is none.</summary>
    public Consent? Consent { get; init; }
}

/// <summary>A file that was meant to be an icon and cannot be one.</summary>
public sealed record UnreadableFile(string Name, string Reason);

/// <summary>How two icons are alike.</summary>
public enum DuplicateKind
{
    /// <summary>Every pixel is equal.</summary>
    Exact,

    /// <summary>The same picture scaled, recompressed or barely retouched.</summary>
    Near,

    /// <summary>One is the other mirrored left to right, exactly or nearly.</summary>
    Mirrored,
}

/// <param name="MeanAbsoluteError">Between thumbnails of both, grey levels 0…255.</param>
public sealed record DuplicatePair(string First, string Second, DuplicateKind Kind, double MeanAbsoluteError);
