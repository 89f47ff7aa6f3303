using IconDiffusion.Data.Layered;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Sources;

/// <summary>From a dataset's description to its icons.</summary>
public static class DatasetSource
{
    /// <param name="clock">Tells whether a consent has expired.</param>
    /// <param name="packages">Installed packages of drawings; null: none.</param>
    /// <param name="warn">Is told what training would not see of a folder, a sentence each; null: nobody is there to read it.</param>
    /// <exception cref="DatasetException">The source has too few icons, unreadable ones, is not installed, or the description is impossible.</exception>
    /// <exception cref="Imaging.ImageException">libvips or the font is missing.</exception>
    public static IconDataset Prepare(DatasetSpec spec, TimeProvider clock, InstalledPackages? packages = null, Action<string>? warn = null)
    {
        Validate(spec);
        return spec switch
        {
            NotoFacesSpec faces => NotoFaces.Prepare(faces),
            HumanFacesSpec faces => PackageFaces.Prepare(faces, EmojiPackage.Of(faces)!, packages ?? InstalledPackages.None),
            LayeredArtSpec layered => LayeredSource.Prepare(layered, packages ?? InstalledPackages.None),
            FolderSpec folder => IconFolder.Prepare(folder, clock, warn ?? (_ => { })),
            _ => throw Unknown(spec),
        };
    }

    /// <summary>What <see cref="Prepare"/> would find; see <see cref="DatasetReport"/>.</summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable, the package is not installed, or the description is impossible.</exception>
    /// <exception cref="Imaging.ImageException">libvips or the font is missing.</exception>
    public static DatasetReport Check(DatasetSpec spec, TimeProvider clock, InstalledPackages? packages = null)
    {
        Validate(spec);
        return spec switch
        {
            NotoFacesSpec faces => NotoFaces.Check(faces),
            HumanFacesSpec faces => PackageFaces.Check(faces, EmojiPackage.Of(faces)!, packages ?? InstalledPackages.None),
            LayeredArtSpec layered => LayeredSource.Check(layered, packages ?? InstalledPackages.None),
            FolderSpec folder => IconFolder.Check(folder, clock),
            _ => throw Unknown(spec),
        };
    }

    private static void Validate(DatasetSpec spec)
    {
        if (SpecValidation.Check(spec).FirstOrDefault() is { } fault)
            throw new DatasetException(fault);
    }

    private static DatasetException Unknown(DatasetSpec spec) => new($"{spec.GetType().Name} is not a known source of icons.");
}
