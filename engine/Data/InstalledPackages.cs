using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>
/// The packages that are installed in a folder. What is kept is the archive as it came: one file that is there or not, verified
/// whenever it is read, so that nothing is ever half-installed.
/// </summary>
public sealed class InstalledPackages(string folder)
{
    private const long MostBytes = 256L << 20;

    /// <summary>Where nothing is installed.</summary>
    public static InstalledPackages None { get; } = new("");

    /// <summary>Where a package's archive lies, or would lie.</summary>
    public string PathOf(PinnedPackage package) => Path.Combine(folder, package.FileName);

    /// <summary>Whether the package is there, whole and unchanged.</summary>
    public bool Has(PinnedPackage package) =>
        this != None && File.Exists(PathOf(package)) && HashOf(File.ReadAllBytes(PathOf(package))) == package.Sha512;

    /// <summary>Takes in a package's archive.</summary>
    /// <exception cref="DatasetException">It is not that package: the hash differs.</exception>
    /// <exception cref="IOException">It cannot be read or kept.</exception>
    public void Install(PinnedPackage package, string archive)
    {
        if (new FileInfo(archive) is { Exists: true, Length: > MostBytes and var length })
            throw new DatasetException($"'{archive}' has {length} bytes; a package has at most {MostBytes}.");
        var bytes = File.ReadAllBytes(archive);
        if (HashOf(bytes) is var hash && hash != package.Sha512)
            throw new DatasetException($"'{archive}' is not {package.NpmSpecifier}: its SHA-512 is {hash}; wanted {package.Sha512}.");
        AtomicFile.WriteAllBytes(PathOf(package), bytes);
    }

    /// <summary>The files of a package.</summary>
    /// <param name="wanted">Of a file's name in the archive.</param>
    /// <exception cref="DatasetException">The package is not installed, or damaged.</exception>
    public IReadOnlyDictionary<string, byte[]> Read(PinnedPackage package, Predicate<string> wanted)
    {
        var path = PathOf(package);
        if (this == None || !File.Exists(path))
            throw new DatasetException($"The package {package.NpmSpecifier} is not installed; install it with: icon dataset install {package.Name}");
        var archive = File.ReadAllBytes(path);
        if (HashOf(archive) != package.Sha512)
            throw new DatasetException($"'{path}' is damaged: its SHA-512 is not {package.NpmSpecifier}'s. Install it again: icon dataset install {package.Name}");
        var files = new Dictionary<string, byte[]>();
        using var tar = new TarReader(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (!wanted(entry.Name) || entry.DataStream is not { } content) continue;
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            files[entry.Name] = copy.ToArray();
        }
        return files;
    }

    private static string HashOf(byte[] bytes) => Convert.ToBase64String(SHA512.HashData(bytes));
}
