using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Artifacts;

/// <summary>A folder as the store: on this machine or a network share. A key is a path in it.</summary>
internal sealed class FolderArtifacts(string folder) : IArtifactStore
{
    private readonly string _folder = Path.GetFullPath(folder);

    /// <inheritdoc/>
    public string Name => _folder;

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListAsync(string under, CancellationToken cancellationToken)
    {
        var at = new DirectoryInfo(under.Length == 0 ? _folder : PathOf(under.TrimEnd('/')));
        IReadOnlyDictionary<string, long> found = !at.Exists ? new Dictionary<string, long>() : at
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !file.Name.EndsWith(".tmp", StringComparison.Ordinal))  // being written
            .ToDictionary(file => Path.GetRelativePath(_folder, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file => file.Length);
        return Task.FromResult(found);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => Task.FromResult(File.Exists(PathOf(key)));

    /// <inheritdoc/>
    public Task<bool> GetAsync(string key, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var source = File.OpenRead(PathOf(key));
            AtomicFile.Write(path, source.CopyTo);
            return Task.FromResult(true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(false);
        }
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, string path, CancellationToken cancellationToken)
    {
        // A share that is not mounted leaves an empty mount point, or none; nothing must be written into its place.
        if (!Directory.Exists(_folder))
            throw new IOException($"There is no folder '{_folder}', which artifacts are shared over; it may not be mounted.");
        using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        AtomicFile.Write(PathOf(key), source.CopyTo);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        if (File.Exists(path)) File.Delete(path);
        return Task.CompletedTask;
    }

    private string PathOf(string key) => Path.Combine(_folder, ArtifactKey.Check(key).Replace('/', Path.DirectorySeparatorChar));
}
