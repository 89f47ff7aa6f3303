namespace IconDiffusion.Specs.Files;

/// <summary>Where a path leads once every symbolic link in it is followed, so that one folder has one name.</summary>
public static class RealPath
{
    /// <summary>The full path without links and without a separator at its end; what leads to nothing is kept as it is written.</summary>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var real = Path.GetPathRoot(full)!;
        foreach (var part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(real, part));
            // A link that leads nowhere, or in a circle, is no folder.
            real = next is { LinkTarget: not null, Exists: true } && next.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Of(target.FullName) : next.FullName;
        }
        return real;
    }

    /// <summary>Whether a real path is a folder's own or lies somewhere below it.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
