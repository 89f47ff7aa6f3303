using System.Formats.Tar;

namespace IconDiffusion.Specs.Files;

/// <summary>Tells files from what only has a name like one: pipes, sockets and devices, on which a reader waits for ever or reads without end.</summary>
public static class FileKind
{
    /// <summary>Whether there is a file at the end of a path, links followed. Also true for what is missing or cannot be looked at, which says so when it is opened.</summary>
    public static bool IsFile(string path)
    {
        try
        {
            var target = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            // The others have no length. .NET tells them from an empty file to archives alone.
            return target is not { Exists: true, Length: 0 } || TypeInArchive(target.FullName) == TarEntryType.RegularFile;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static TarEntryType? TypeInArchive(string path)
    {
        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, leaveOpen: true);
            writer.WriteEntry(path, "file");
        }
        catch (IOException)
        {
            return null;   // a socket, which no archive takes
        }
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType;
    }
}
