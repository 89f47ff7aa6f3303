namespace IconDiffusion.Specs.Files;

/// <summary>
/// Lists a folder with the folders below it and those that symbolic links lead to, each once: first what lies in the folder itself,
/// then link by link in the order of their labels. So no link changes the name of a file that can be reached without it.
/// </summary>
public sealed class FolderWalk
{
    private readonly string _root;
    private readonly HashSet<string> _entered = [];
    private readonly PriorityQueue<Link, string> _links = new(StringComparer.Ordinal);
    private readonly List<FolderFile> _files = [], _hidden = [];
    private readonly List<string> _hiddenFolders = [], _linked = [];
    private readonly List<UnfollowedLink> _unfollowed = [];

    private FolderWalk(string root) => _root = root;

    /// <exception cref="IOException">The folder is missing, or a folder cannot be read; the message says so to people.</exception>
    public static FolderListing List(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The folder '{folder}' does not exist; wanted a folder with images.");
        try
        {
            var walk = new FolderWalk(RealPath.Of(folder));
            walk.Enter(new(folder), "", walk._root);
            while (walk._links.TryDequeue(out var link, out _)) walk.Follow(link);
            return walk.Listing();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder '{folder}' cannot be read: {error.Message}", error);
        }
    }

    private void Enter(DirectoryInfo folder, string prefix, string real)
    {
        if (!_entered.Add(real)) return;
        foreach (var entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = default }))
        {
            var label = prefix + entry.Name.Replace('\\', '/');
            // A name with a dot in front is hidden on Unix alone, but a folder is to be the same data set everywhere.
            var isHidden = entry.Name[0] == '.' || (entry.Attributes & (FileAttributes.Hidden | FileAttributes.System)) != 0;
            switch (entry)
            {
                case DirectoryInfo when isHidden:
                    _hiddenFolders.Add(label);
                    break;
                case DirectoryInfo { LinkTarget: not null } link:
                    _links.Enqueue(new(link, label, real), label);
                    break;
                case DirectoryInfo inner:
                    Enter(inner, label + "/", Path.Combine(real, inner.Name));
                    break;
                // One that is called like an image is told of when it is opened.
                case FileInfo { LinkTarget: not null } link when !isHidden && ImageSignature.Promised(link.Name) is null && !LeadsToAFile(link):
                    _unfollowed.Add(new(label, LinkFault.Broken));
                    break;
                default:
                    (isHidden ? _hidden : _files).Add(new(label, entry.FullName));
                    break;
            }
        }
    }

    private static bool LeadsToAFile(FileInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true };
        }
        catch (IOException)
        {
            return false;   // it leads to itself
        }
    }

    private void Follow(Link link)
    {
        var target = RealPath.Of(link.Folder.FullName);
        if (RealPath.IsWithin(link.LiesIn, target) || RealPath.IsWithin(_root, target))
            _unfollowed.Add(new(link.Label, LinkFault.Circle));
        else if (_entered.Contains(target))
            _unfollowed.Add(new(link.Label, LinkFault.ReadAlready));
        else
        {
            _linked.Add(link.Label);
            Enter(link.Folder, link.Label + "/", target);
        }
    }

    private FolderListing Listing()
    {
        var images = InOrder(_files).Where(IsImage).ToList();
        return new(
            [.. images],
            [.. InOrder(_files).Except(images).Select(file => file.Label)],
            [.. InOrder(_hidden).Where(IsImage).Select(file => file.Label), .. _hiddenFolders.Order(StringComparer.Ordinal).Select(label => label + "/")],
            [.. _linked.Order(StringComparer.Ordinal)],
            [.. _unfollowed.OrderBy(link => link.Name, StringComparer.Ordinal)]);
    }

    private static bool IsImage(FolderFile file) => !FolderListing.IsContactSheet(file.Label)
        && (ImageSignature.Promised(file.Label) is null ? ImageSignature.BeginsLikeImage(file.Path) : FileKind.IsFile(file.Path));

    private static IEnumerable<FolderFile> InOrder(List<FolderFile> files) =>
        files.OrderBy(file => file.Label, StringComparer.Ordinal).ThenBy(file => file.Path, StringComparer.Ordinal);

    /// <param name="LiesIn">Real path of the folder that holds it.</param>
    private sealed record Link(DirectoryInfo Folder, string Label, string LiesIn);
}
