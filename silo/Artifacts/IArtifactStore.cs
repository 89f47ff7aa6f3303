namespace IconDiffusion.Silo.Artifacts;

/// <summary>
/// Files that silos share, by key: names with '/' between their parts, none of them empty, <c>.</c> or <c>..</c>. A file is seen whole or not
/// at all. Every failure but a missing file is an <see cref="IOException"/> that names store and key.
/// </summary>
internal interface IArtifactStore
{
    /// <summary>For people, such as <c>s3://icons/lab</c>.</summary>
    string Name { get; }

    /// <summary>Keys that begin with <paramref name="under"/>, which ends with '/' or is empty, and their sizes in bytes.</summary>
    Task<IReadOnlyDictionary<string, long>> ListAsync(string under, CancellationToken cancellationToken);

    /// <summary>Whether there is such a file.</summary>
    Task<bool> ExistsAsync(string key, CancellationToken cancellationToken);

    /// <summary>Copies a file out; false: there is none. The target is replaced all or not at all.</summary>
    Task<bool> GetAsync(string key, string path, CancellationToken cancellationToken);

    /// <summary>Copies a file in, in place of one that is there.</summary>
    Task PutAsync(string key, string path, CancellationToken cancellationToken);

    /// <summary>Removes a file; one that is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What all stores know of keys.</summary>
internal static class ArtifactKey
{
    /// <exception cref="ArgumentException">The key could lead out of the store.</exception>
    public static string Check(string key) =>
        key.Length > 0 && !key.Contains('\\') && !key.Contains('\0') && key.Split('/').All(part => part is not ("" or "." or ".."))
            ? key
            : throw new ArgumentException($"'{key}' is no key of an artifact; wanted names with '/' between them.", nameof(key));
}
