using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>A folder that appears whole or not at all: filled beside its place under another name, then renamed.</summary>
public sealed class PublishedFolder : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileLock _lock;

    /// <param name="path">Where it will be: nothing, or an empty folder.</param>
    /// <exception cref="ExperimentException">Something is there, or another process is filling it.</exception>
    public PublishedFolder(string path)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(_path) || (Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any()))
            throw new ExperimentException($"'{_path}' is there already and is not empty; wanted a new or an empty folder.");
        var parent = Path.GetDirectoryName(_path) ?? throw new ExperimentException($"'{_path}' is no folder to publish to.");
        Directory.CreateDirectory(parent);
        _partial = Path.Combine(parent, $".{Path.GetFileName(_path)}.partial");
        _lock = FileLock.TryTake(_partial + ".lock", isTemporary: true)
            ?? throw new ExperimentException($"'{_path}' is being filled by another process; one at a time.");
        // What a killed process has left.
        if (Directory.Exists(_partial)) Directory.Delete(_partial, recursive: true);
    }

    /// <summary>Adds a file.</summary>
    /// <param name="name">Relative, with <c>/</c>.</param>
    public void Add(string name, ReadOnlySpan<byte> content) => AtomicFile.WriteAllBytes(Path.Combine(_partial, name), content);

    /// <summary>Puts the folder in its place.</summary>
    /// <exception cref="IOException">Something has come there meanwhile.</exception>
    public void Commit()
    {
        if (Directory.Exists(_path)) Directory.Delete(_path);
        Directory.Move(_partial, _path);
    }

    /// <summary>Removes what was not put in its place.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_partial)) Directory.Delete(_partial, recursive: true);
        _lock.Dispose();
    }
}
