using System.IO.Enumeration;
using IconDiffusion.Engine.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Data;

/// <summary>
/// The user's own images, from a folder and the folders in it, in the order of their relative names (ordinal).
/// One unreadable image refuses the whole: training on fewer icons than one believes would falsify every figure.
/// </summary>
public static class IconFolder
{
    /// <param name="clock">Tells whether consent.json has expired.</param>
    /// <exception cref="DatasetException">The first of <see cref="DatasetReport.Problems"/>.</exception>
    public static IconDataset Prepare(FolderSpec spec, TimeProvider clock)
    {
        var (icons, report) = Read(spec, clock);
        if (report.Problems is [var first, ..]) throw new DatasetException(first);
        return IconDataset.Pack(spec, icons, report.Consent);
    }

    /// <summary>Everything worth knowing about the folder; never throws for what a file contains.</summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static DatasetReport Check(FolderSpec spec, TimeProvider clock)
    {
        var (icons, report) = Read(spec, clock);
        return report with { Duplicates = [.. Duplicates.Find(icons)] };
    }

    /// <summary>The icons that can be read, and what there is to know about them but for duplicates; never throws for what a file contains.</summary>
    /// <param name="skipUnreadable">Whether unreadable images are only listed and no problem.</param>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static (IReadOnlyList<NamedIcon> Icons, DatasetReport Report) Read(FolderSpec spec, TimeProvider clock, bool skipUnreadable = false)
    {
        var background = Rgb.Parse(spec.Background);
        var all = List(spec.Path);
        var images = all.Where(IsImage).ToList();
        var used = images.Take(HeldOutSplit.Pool(spec, images.Count)).ToList();
        var files = used.AsParallel().AsOrdered().Select(name => Load(spec, name, background)).ToList();
        var unreadable = files.Select(each => each.Problem).OfType<UnreadableFile>().ToList();

        var problems = new List<string>();
        if (unreadable is [var first, ..] && !skipUnreadable)
            problems.Add($"{unreadable.Count} of {used.Count} images in '{spec.Path}' cannot be used; the first: {first.Reason} Mend or remove them.");
        var usable = images.Count - (skipUnreadable ? unreadable.Count : 0);
        if (usable < 2)
            problems.Add($"Found {usable} {(usable < images.Count ? "readable " : "")}image(s) in '{spec.Path}'; training and FID need at least 2.");
        var wanted = (spec.Count ?? 2) + (spec.HeldOut ?? 0);
        if (usable >= 2 && images.Count < wanted)
            problems.Add($"Found {images.Count} images in '{spec.Path}'; {wanted} are wanted{(spec.HeldOut > 0 ? $", {spec.HeldOut} of them to hold out" : "")}.");
        var consent = ReadConsent(spec.Path, clock, problems);

        var read = files.Where(each => each.Info != null).ToList();
        var heldOut = Math.Min(read.Count, HeldOutSplit.HeldOut(spec, images.Count));
        return (read.Select(each => new NamedIcon(each.Name, each.Icon!)).ToList(), new()
        {
            Icons = read.Count - heldOut,
            HeldOut = heldOut,
            Problems = [.. problems],
            Unreadable = [.. unreadable],
            Ignored = [.. all.Where(name => !IsImage(name) && name != Consent.FileName)],
            Transparent = Names(read, each => each.IsTransparent),
            Enlarged = Names(read, each => Math.Min(each.Info!.Width, each.Info.Height) < spec.ImageSize),
            Resampled = Names(read, each => (each.Info!.Width, each.Info.Height) != (spec.ImageSize, spec.ImageSize)),
            Cropped = Names(read, each => each.Info!.Width != each.Info.Height),
            Animated = Names(read, each => each.Info!.Pages > 1),
            Mislabelled = Names(read, each => Promised(each.Name) != each.Info!.Format),
            Consent = consent,
        });
    }

    /// <summary>The least width or height of the readable images; null: there is none.</summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static int? ShortestSide(string folder) => List(folder).Where(IsImage).AsParallel()
        .Select(name => ShortestSideOf(Path.Combine(folder, name))).Min();

    private static int? ShortestSideOf(string path)
    {
        try
        {
            var info = ImageFile.Probe(path);
            return Math.Min(info.Width, info.Height);
        }
        catch (ImageException)
        {
            return null;
        }
    }

    private static List<string> List(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DatasetException($"The folder '{folder}' does not exist; wanted a folder with images.");
        try
        {
            // Links to folders are not followed: they may lead in circles or out of the folder.
            var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(),
                new() { RecurseSubdirectories = true, IgnoreInaccessible = false })
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
                ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            };
            return files.Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The folder '{folder}' cannot be read: {error.Message}", error);
        }
    }

    private static LoadedFile Load(FolderSpec spec, string name, Rgb background)
    {
        var path = Path.Combine(spec.Path, name);
        try
        {
            var file = ImageFile.ReadBytes(path);
            var info = ImageFile.Probe(file, path);
            var picture = ImageFile.Decode(file, path);
            return new(name, Resize.CoverSquare(picture.Over(background), spec.ImageSize), info, picture.IsTransparent, null);
        }
        catch (ImageException error)
        {
            return new(name, null, null, false, new(name, error.Message));
        }
    }

    private static Consent? ReadConsent(string folder, TimeProvider clock, List<string> problems)
    {
        try
        {
            var consent = Consent.Read(folder);
            if (consent?.HasExpired(DateOnly.FromDateTime(clock.GetLocalNow().DateTime)) == true)
                problems.Add($"The consent in '{Path.Combine(folder, Consent.FileName)}' ended on {consent.Expiry:yyyy-MM-dd}; ask {consent.Artist} to renew it.");
            return consent;
        }
        catch (DatasetException error)
        {
            problems.Add(error.Message);
            return null;
        }
    }

    private static bool IsImage(string name) => ImageFile.Extensions.Contains(Path.GetExtension(name).ToLowerInvariant());

    private static ImageFormat? Promised(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".png" => ImageFormat.Png,
        ".jpg" or ".jpeg" => ImageFormat.Jpeg,
        ".webp" => ImageFormat.WebP,
        ".gif" => ImageFormat.Gif,
        _ => null,
    };

    private static EquatableList<string> Names(List<LoadedFile> files, Func<LoadedFile, bool> which) =>
        [.. files.Where(which).Select(each => each.Name)];

    private sealed record LoadedFile(string Name, Image? Icon, ImageInfo? Info, bool IsTransparent, UnreadableFile? Problem);
}
