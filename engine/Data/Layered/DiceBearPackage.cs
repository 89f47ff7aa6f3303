using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>DiceBear's definitions of styles, each by an artist and under a licence of its own, as its JSON says.</summary>
internal static class DiceBearPackage
{
    private const string Folder = "package/src/";
    private const string Ending = ".json";

    // How many names a wrong one is answered with.
    private const int Suggested = 3;

    /// <summary>A style by its name.</summary>
    /// <exception cref="DatasetException">The package is not installed or damaged, or has no such style.</exception>
    public static DiceBearStyle Read(string name, InstalledPackages packages) => Read(name, PinnedPackage.DiceBear, packages);

    /// <summary>The same from another edition of the package.</summary>
    internal static DiceBearStyle Read(string name, PinnedPackage package, InstalledPackages packages)
    {
        var files = packages.Read(package, file => file.StartsWith(Folder, StringComparison.Ordinal) && file.EndsWith(Ending, StringComparison.Ordinal));
        if (files.TryGetValue($"{Folder}{name}{Ending}", out var json)) return DiceBearStyle.Parse(json, name);
        var nearest = files.Keys.Select(file => file[Folder.Length..^Ending.Length]).Order(StringComparer.Ordinal).OrderBy(known => EditDistance.Of(known, name)).Take(Suggested);
        throw new DatasetException($"The package {package.NpmSpecifier} has no style '{name}'; the nearest of its {files.Count} are {string.Join(", ", nearest)}.");
    }
}
