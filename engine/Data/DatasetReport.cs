using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>What <c>icon dataset check</c> tells about a source of icons before anything is trained on it.</summary>
public sealed record DatasetReport
{
    /// <summary>How many icons would be trained on.</summary>
    public required int Icons { get; init; }

    /// <summary>How many more would be set aside.</summary>
    public int HeldOut { get; init; }

    /// <summary>Sentences that each say why training is refused; none: the dataset can be used.</summary>
    public required EquatableList<string> Problems { get; init; }

    /// <summary>Image files that could not be read, each with the reason.</summary>
    public EquatableList<UnreadableFile> Unreadable { get; init; } = [];

    /// <summary>Files that are an image neither by name nor by content, pipes and devices whatever they are called; consent.json aside.</summary>
    public EquatableList<string> Ignored { get; init; } = [];

    /// <summary>Consent files in the folders below, which do not count.</summary>
    public EquatableList<string> OtherConsents { get; init; } = [];

    /// <summary>Pictures of all icons, which are none of them; see <see cref="IconDiffusion.Specs.Files.FolderListing.ContactSheetFile"/>.</summary>
    public EquatableList<string> ContactSheets { get; init; } = [];

    /// <summary>Hidden images, and hidden folders with '/' behind their names; neither are read.</summary>
    public EquatableList<string> Hidden { get; init; } = [];

    /// <summary>Links to folders whose images are read.</summary>
    public EquatableList<string> Linked { get; init; } = [];

    /// <summary>Links that are not followed.</summary>
    public EquatableList<UnfollowedLink> Unfollowed { get; init; } = [];

    /// <summary>Pictures that are there more than once, a group for each.</summary>
    public EquatableList<DuplicateGroup> Duplicates { get; init; } = [];

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

    /// <summary>Images whose name promises another format than their content has, or none; the content counts.</summary>
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

/// <summary>Icons that are one picture, directly or through others.</summary>
/// <param name="Names">In the icons' order.</param>
/// <param name="Kind">Exact: all are equal; mirrored: at least one is another's mirror image; else near.</param>
/// <param name="MeanAbsoluteError">The largest between thumbnails of two that are alike, grey levels 0…255.</param>
public sealed record DuplicateGroup(EquatableList<string> Names, DuplicateKind Kind, double MeanAbsoluteError);
