namespace IconDiffusion.Specs.Files;

/// <summary>What lies in a folder and below it, in the order of the labels (ordinal).</summary>
/// <param name="Images">Images that are not hidden, by their names, so that a damaged one is told of, or else by their first bytes; contact sheets are none.</param>
/// <param name="Others">Labels of the other files that are not hidden, of pipes and devices, too.</param>
/// <param name="Hidden">Labels of hidden images, then of hidden folders, which end with '/' and are not entered.</param>
/// <param name="Linked">Labels of links to folders that were followed.</param>
/// <param name="Unfollowed">The other links.</param>
public sealed record FolderListing(
    EquatableList<FolderFile> Images, EquatableList<string> Others, EquatableList<string> Hidden, EquatableList<string> Linked, EquatableList<UnfollowedLink> Unfollowed)
{
    /// <summary>What the maker of a folder's images allows lies beside them in a file of this name.</summary>
    public const string ConsentFile = "consent.json";

    /// <summary>A picture of all icons, which lies beside them in a file of this name and is none of them.</summary>
    public const string ContactSheetFile = "contact-sheet.png";

    /// <summary>Whether a label is of such a file, in the folder itself or in one below.</summary>
    public static bool IsContactSheet(string label) => label == ContactSheetFile || label.EndsWith('/' + ContactSheetFile, StringComparison.Ordinal);
}

/// <summary>A file of a folder.</summary>
/// <param name="Label">What people are told: relative to the folder, with '/', the same on every system. No path: a file's name may hold '\'.</param>
/// <param name="Path">Opens the file on the machine that it lies on; errors call it so.</param>
public sealed record FolderFile(string Label, string Path);

/// <summary>A symbolic link that was not followed.</summary>
/// <param name="Name">Relative to the folder.</param>
public sealed record UnfollowedLink(string Name, LinkFault Fault);

/// <summary>Why a link is not followed.</summary>
public enum LinkFault
{
    /// <summary>It leads to a folder that it lies in.</summary>
    Circle,

    /// <summary>It leads to a folder whose files are read under another name.</summary>
    ReadAlready,

    /// <summary>It leads to nothing.</summary>
    Broken,
}
