using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data.Sources;

/// <summary>
/// The user's own images, from a folder and the folders in it, links to folders included, in the order of their relative names (ordinal).
/// One unreadable image refuses the whole: training on fewer icons than one believes would falsify every figure.
/// </summary>
public static class IconFolder
{
    /// <param name="clock">Tells whether consent.json has expired.</param>
    /// <param name="warn">Is told <see cref="FolderWarnings"/>.</param>
    /// <exception cref="DatasetException">The first of <see cref="DatasetReport.Problems"/>.</exception>
    public static IconDataset Prepare(FolderSpec spec, TimeProvider clock, Action<string> warn) => Prepare(spec, FolderContent.Of(spec.Path), clock, warn);

    /// <inheritdoc cref="Prepare(FolderSpec, TimeProvider, Action{string})"/>
    /// <param name="content">The folder, whose path in the spec is not looked at.</param>
    public static IconDataset Prepare(FolderSpec spec, FolderContent content, TimeProvider clock, Action<string> warn)
    {
        var (icons, report) = Read(spec, content, clock);
        foreach (var warning in FolderWarnings.Of(spec, report)) warn(warning);
        if (report.Problems is [var first, ..]) throw new DatasetException(first);
        var dataset = IconDataset.Pack(spec, icons, report.Consent);
        if (dataset.Tags?.Rare is [_, ..] rare)
            warn($"'{spec.Path}': {rare.Count} tag(s) of fewer than {IconTags.Few} training icons, which are hardly learned: {FolderWarnings.Listed(rare)}");
        return dataset;
    }

    /// <summary>Everything worth knowing about the folder; never throws for what a file contains.</summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static DatasetReport Check(FolderSpec spec, TimeProvider clock) => Check(spec, FolderContent.Of(spec.Path), clock);

    /// <inheritdoc cref="Check(FolderSpec, TimeProvider)"/>
    /// <param name="content">The folder, whose path in the spec is not looked at.</param>
    public static DatasetReport Check(FolderSpec spec, FolderContent content, TimeProvider clock)
    {
        var (icons, report) = Read(spec, content, clock);
        return report with { Duplicates = [.. Duplicates.Groups(icons)] };
    }

    /// <summary>The icons that can be read, and what there is to know about them but for duplicates; never throws for what a file contains.</summary>
    /// <param name="skipUnreadable">Whether unreadable images are only listed and no problem.</param>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static (IReadOnlyList<NamedIcon> Icons, DatasetReport Report) Read(FolderSpec spec, TimeProvider clock, bool skipUnreadable = false) =>
        Read(spec, FolderContent.Of(spec.Path), clock, skipUnreadable);

    /// <inheritdoc cref="Read(FolderSpec, TimeProvider, bool)"/>
    /// <param name="content">The folder, whose path in the spec is not looked at.</param>
    /// <param name="least">Images that are wanted, 1 or 2.</param>
    public static (IReadOnlyList<NamedIcon> Icons, DatasetReport Report) Read(FolderSpec spec, FolderContent content, TimeProvider clock, bool skipUnreadable = false, int least = 2)
    {
        var background = Rgb.Parse(spec.Background);
        var images = content.Listing.Images;
        var used = images.Take(spec.PoolOf(images.Count)).ToList();
        var files = used.AsParallel().AsOrdered().Select((file, i) => Load(file, () => content.ReadImage(i), spec.ImageSize, background)).ToList();
        var unreadable = files.Select(each => each.Problem).OfType<UnreadableFile>().ToList();

        var problems = new List<string>();
        if (unreadable is [var first, ..] && !skipUnreadable)
            problems.Add($"{unreadable.Count} of {used.Count} images in '{spec.Path}' cannot be used; the first: {first.Reason} Mend or remove them.");
        var usable = images.Count - (skipUnreadable ? unreadable.Count : 0);
        if (usable < least)
            problems.Add($"Found {usable} {(usable < images.Count ? "readable " : "")}image(s) in '{spec.Path}'; {(least == 1 ? "wanted at least 1" : "training and FID need at least 2")}.");
        var wanted = (spec.Count ?? 2) + (spec.HeldOut ?? 0);
        if (usable >= 2 && images.Count < wanted)
            problems.Add($"Found {images.Count} images in '{spec.Path}'; {wanted} are wanted{(spec.HeldOut > 0 ? $", {spec.HeldOut} of them to hold out" : "")}.");
        var consent = ReadConsent(content, spec.Path, clock, problems);
        var tags = spec.Tags ? ReadTags(content, spec.Path, problems) : null;

        var read = files.Where(each => each.Info != null).ToList();
        var heldOut = Math.Min(read.Count, spec.HeldOutOf(images.Count));
        return (read.Select(each => new NamedIcon(each.Name, each.Icon!) { Tags = tags?[each.Name] ?? [] }).ToList(), Describe(content.Listing, tags is not null) with
        {
            Icons = read.Count - heldOut,
            HeldOut = heldOut,
            Problems = [.. problems],
            Unreadable = [.. unreadable],
            Transparent = Names(read, each => each.IsTransparent),
            Enlarged = Names(read, each => Math.Min(each.Info!.Width, each.Info.Height) < spec.ImageSize),
            Resampled = Names(read, each => (each.Info!.Width, each.Info.Height) != (spec.ImageSize, spec.ImageSize)),
            Cropped = Names(read, each => each.Info!.Width != each.Info.Height),
            Animated = Names(read, each => each.Info!.Pages > 1),
            Mislabelled = Names(read, each => ImageSignature.Promised(each.Name) != each.Info!.Format),
            Consent = consent,
        });
    }

    /// <summary>What lies in the folder, without reading an image: how many there are, and everything that is no image or is not reached.</summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static DatasetReport Survey(string folder) => Describe(FolderContent.List(folder), usesTags: false);

    /// <summary>
    /// The side that most of the readable images can be shown at: the median of their shorter sides (the lower one of an even number),
    /// which a few small or large ones among them do not move. Null: there is no readable image.
    /// </summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable.</exception>
    public static int? UsualSide(string folder)
    {
        var sides = FolderContent.List(folder).Images.AsParallel().Select(file => ShorterSideOf(file.Path)).OfType<int>().Order().ToList();
        return sides.Count == 0 ? null : sides[(sides.Count - 1) / 2];
    }

    private static int? ShorterSideOf(string path)
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

    private static DatasetReport Describe(FolderListing listing, bool usesTags)
    {
        HashSet<string> used = [Consent.FileName, .. usesTags ? TagFile.In(listing) : []];
        var others = listing.Others.Where(label => !used.Contains(label) && !FolderListing.IsContactSheet(label)).ToLookup(IsConsent);
        return new()
        {
            Icons = listing.Images.Count,
            Problems = [],
            Ignored = [.. others[false]],
            OtherConsents = [.. others[true]],
            ContactSheets = [.. listing.Others.Where(FolderListing.IsContactSheet)],
            Hidden = listing.Hidden,
            Linked = listing.Linked,
            Unfollowed = listing.Unfollowed,
        };
    }

    private static bool IsConsent(string label) => label.EndsWith("/" + Consent.FileName, StringComparison.Ordinal);

    private static LoadedFile Load(FolderFile file, Func<byte[]> read, int side, Rgb background)
    {
        try
        {
            var bytes = read();
            var info = ImageFile.Probe(bytes, file.Path);
            var picture = ImageFile.Decode(bytes, file.Path);
            return new(file.Label, Resize.CoverSquare(picture.Over(background), side), info, picture.IsTransparent, null);
        }
        catch (ImageException error)
        {
            return new(file.Label, null, null, false, new(file.Label, error.Message));
        }
    }

    private static Consent? ReadConsent(FolderContent content, string folder, TimeProvider clock, List<string> problems)
    {
        try
        {
            var consent = content.ReadConsent();
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

    // Null where they cannot be used.
    private static IReadOnlyDictionary<string, EquatableList<string>>? ReadTags(FolderContent content, string folder, List<string> problems)
    {
        try
        {
            return FolderTags.Of(folder, content.Listing, content.ReadTags());
        }
        catch (DatasetException error)
        {
            problems.Add(error.Message);
            return null;
        }
    }

    private static EquatableList<string> Names(List<LoadedFile> files, Func<LoadedFile, bool> which) =>
        [.. files.Where(which).Select(each => each.Name)];

    private sealed record LoadedFile(string Name, Image? Icon, ImageInfo? Info, bool IsTransparent, UnreadableFile? Problem);
}
