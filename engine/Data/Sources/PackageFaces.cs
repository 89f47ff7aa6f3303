using System.Collections.Frozen;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Sources;

/// <summary>The faces of <see cref="HumanFaces"/> as another artist drew them, from an installed package.</summary>
public static class PackageFaces
{
    /// <summary>The first faces that the package has, <see cref="DatasetSpec.PoolOf"/> of them.</summary>
    /// <exception cref="DatasetException">The package is not installed, damaged, or has fewer faces than are wanted.</exception>
    public static IconDataset Prepare(HumanFacesSpec spec, EmojiPackage package, InstalledPackages packages)
    {
        var (icons, _) = Draw(spec, package, packages);
        if (Shortage(spec, package, icons.Count) is { } problem) throw new DatasetException(problem);
        return IconDataset.Pack(spec, icons);
    }

    /// <summary>What <see cref="Prepare"/> would find, with the faces that the package lacks.</summary>
    /// <exception cref="DatasetException">The package is not installed, or damaged.</exception>
    public static DatasetReport Check(HumanFacesSpec spec, EmojiPackage package, InstalledPackages packages)
    {
        var (icons, missing) = Draw(spec, package, packages);
        var heldOut = Math.Min(icons.Count, spec.HeldOutOf(icons.Count));
        return new()
        {
            Icons = icons.Count - heldOut,
            HeldOut = heldOut,
            Problems = Shortage(spec, package, icons.Count) is { } problem ? [problem] : [],
            Unreadable = [.. missing.Select(name => new UnreadableFile(name, $"The package {package.NpmSpecifier} does not have it."))],
            Duplicates = [.. Duplicates.Groups(icons)],
            Consent = package.Consent,
        };
    }

    private static string? Shortage(HumanFacesSpec spec, EmojiPackage package, int found)
    {
        var wanted = (spec.Count ?? 2) + (spec.HeldOut ?? 0);
        return found < wanted
            ? $"The package {package.NpmSpecifier} has {found} of the {HumanFaces.Of(spec.Release).Count} faces; {wanted} are wanted."
            : null;
    }

    private static (List<NamedIcon> Icons, List<string> Missing) Draw(HumanFacesSpec spec, EmojiPackage package, InstalledPackages packages)
    {
        var background = Rgb.Parse(spec.Background);
        var faces = HumanFaces.Of(spec.Release);
        var files = packages.Read(package, faces.Select(package.EntryOf).ToFrozenSet().Contains);
        var present = faces.Where(face => files.ContainsKey(package.EntryOf(face))).ToList();
        var icons = present.Take(spec.PoolOf(present.Count)).AsParallel().AsOrdered()
            .Select(face => new NamedIcon(face.Name, SvgFile.Draw(files[package.EntryOf(face)], face.Name, spec.ImageSize, background)) { Tags = FaceTags.Of(face) }).ToList();
        return (icons, faces.Except(present).Select(face => face.Name).ToList());
    }
}
