using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Upscaling;

/// <summary>Pictures that are to be enlarged, as a data set's would be read: laid over its background, cut square, made smaller where they are larger than what is enlarged.</summary>
/// <param name="Icons">In the order in which they were named; each name is that of the file to write, relative, with '/'.</param>
/// <param name="Warnings">What was left out or changed, a sentence each.</param>
public sealed record SmallPictures(IReadOnlyList<NamedIcon> Icons, IReadOnlyList<string> Warnings)
{
    /// <summary>Reads files, and folders with the folders in them.</summary>
    /// <param name="paths">At least one.</param>
    /// <param name="to">The folder that the enlarged ones go to.</param>
    /// <param name="side">Of what is enlarged, pixels.</param>
    /// <param name="background">What shows through, as <see cref="DatasetSpec.Background"/>.</param>
    /// <param name="clock">Tells whether a folder's consent.json has expired.</param>
    /// <exception cref="DatasetException">One is missing, cannot be read, or may not be used; one is smaller; two would be written to one file; or <paramref name="to"/> lies in one of the folders.</exception>
    public static SmallPictures Read(IReadOnlyList<string> paths, string to, int side, string background, TimeProvider clock)
    {
        if (paths.FirstOrDefault(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
            throw new DatasetException($"There is no file or folder '{missing}'; wanted images to enlarge.");
        if (paths.FirstOrDefault(path => Directory.Exists(path) && RealPath.IsWithin(RealPath.Of(to), RealPath.Of(path))) is { } around)
            throw new DatasetException($"The enlarged icons would lie in '{around}', among those that are to be enlarged; wanted a folder outside of it.");
        var (icons, warnings) = (new List<NamedIcon>(), new List<string>());
        // Files of one folder are read, and told of, together.
        foreach (var group in paths.GroupBy(path => Directory.Exists(path) ? new Place(path, IsWhole: true) : new(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".", IsWhole: false)))
        {
            var spec = new FolderSpec { Path = group.Key.Folder, ImageSize = side, Background = background, HeldOut = 0 };
            var (read, report) = IconFolder.Read(spec, group.Key.IsWhole ? FolderContent.Of(spec.Path) : Content([.. group]), clock, least: 1);
            if (report.Problems is [var problem, ..]) throw new DatasetException(problem);
            if (report.Enlarged is [_, ..] smaller)
                throw new DatasetException($"'{spec.Path}': {smaller.Count} image(s) smaller than the {side}×{side} that are enlarged: {FolderWarnings.Listed(smaller)}; wanted that size, or a larger one, which is made smaller.");
            warnings.AddRange(FolderWarnings.Of(spec, report));
            if (report.Resampled is [_, ..] larger) warnings.Add($"'{spec.Path}': {larger.Count} image(s) made smaller to {side}×{side} first: {FolderWarnings.Listed(larger)}");
            icons.AddRange(read.Select(icon => icon with { Name = FileOf(icon.Name) }));
        }
        return icons.GroupBy(icon => icon.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new DatasetException($"{twice.Count()} images would be written to '{twice.Key}'; wanted images of different names.")
            : new(icons, warnings);
    }

    // Nothing else of their folder is looked at, but for the consent.
    private static FolderContent Content(IReadOnlyList<string> files)
    {
        FolderListing listing = new([.. files.Select(file => new FolderFile(Path.GetFileName(file), file))], [], [], [], []);
        return new(listing, () => [], () => Consent.Read(Path.GetDirectoryName(Path.GetFullPath(files[0]))!), image => ImageFile.ReadBytes(files[image]));
    }

    private static string FileOf(string name) => (ImageSignature.Promised(name) is null ? name : Path.ChangeExtension(name, null)) + ".png";

    // A folder, or some of its files.
    private sealed record Place(string Folder, bool IsWhole);
}
