namespace IconDiffusion.Specs.Files;

/// <summary>What lies in a folder and below it, in the order of the labels (ordinal).</summary>
/// <param name="Files">Those that are not hidden.</param>
/// <param name="Hidden">Hidden files.</param>
/// <param name="HiddenFolders">Labels of hidden folders, which are not entered.</param>
/// <param name="Linked">Labels of links to folders that were followed.</param>
/// <param name="Unfollowed">The other links.</param>
public sealed record FolderListing(
    IReadOnlyList<FolderFile> Files, IReadOnlyList<FolderFile> Hidden, EquatableList<string> HiddenFolders, EquatableList<string> Linked, EquatableList<UnfollowedLink> Unfollowed);

/// <summary>A file of a folder.</summary>
/// <param name="Label">What people are told: relative to the folder, with '/', the same on every system. No path: a file's name may hold '\'.</param>
/// <param name="Path">Opens the file.</param>
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
