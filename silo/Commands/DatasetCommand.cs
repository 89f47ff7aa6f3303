using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon dataset make|check|tags|install</c>: look at the icons before anything trains on them.</summary>
internal static class DatasetCommand
{
    private static readonly Argument<string> Source = new("source")
    {
        Description = $"{DatasetName.Help}.",
    };

    private static readonly Option<int?> Count = new("--count") { Description = "Use the first N icons (default: all).", HelpName = "N" };
    private static readonly Option<int> Size = new("--size") { Description = "Side of the square icon in pixels.", HelpName = "PX", DefaultValueFactory = _ => 128 };
    private static readonly Option<string> Background = new("--background") { Description = "Colour under transparent pixels.", HelpName = "#RRGGBB", DefaultValueFactory = _ => "#FFFFFF" };

    private static readonly Option<int?> HeldOut = new("--held-out")
    {
        Description = "Icons to set aside, spread over the source; 'make' writes them to DIR-held-out (default: none for 'make', what a run sets aside for 'check').",
        HelpName = "N",
    };

    private static readonly Option<int> Seed = new("--seed") { Description = "Layered art: chooses which combinations of parts are drawn.", HelpName = "N", DefaultValueFactory = _ => new LayeredSpec().Seed };
    private static readonly Option<int> Variants = new("--variants") { Description = "Layered art: how many variants of each part are used, 2 to 6 for 'layered', up to 64 for others.", HelpName = "N", DefaultValueFactory = _ => new LayeredSpec().Variants };

    public static Command Create() => new("dataset", "Makes a data set, checks one, lists its tags, or installs what one is drawn from.") { Make(), Check(), Tags(), Install() };

    private static Command Make()
    {
        var output = new Option<string>("--output") { Description = "Folder for the PNG files.", HelpName = "DIR", Required = true };
        var command = new Command("make",
            """
            Writes the icons as training sees them (size, background) to a folder of PNG files, with contact-sheet.png, which
            shows them all and is left out where the folder is read. Layered art comes with DIR-parts: every part of every icon as
            a PNG of its own, its mask, and parts.json with variants and layout.

            Example:
              icon dataset make noto-faces --count 158 --size 128 --output faces
              icon dataset make layered --count 200 --variants 3 --output layered
              icon dataset make dicebear-toon-head --output toon-head
            """)
        { Source, Count, HeldOut, Size, Background, Seed, Variants, CommandContext.EmojiFontOption, output };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var dataset = DatasetSource.Prepare(
                Spec(parsed, parsed.GetValue(HeldOut) ?? 0), TimeProvider.System, new InstalledPackages(context.Data.Packages), context.Terminal.Warn);
            var folder = Path.GetFullPath(parsed.GetValue(output)!);
            // What is no icon to train on lies beside the folder, so that the folder itself is a data set; a contact sheet is known for what it is.
            var beside = Path.TrimEndingDirectorySeparator(folder);
            var (sheet, heldOut) = (Path.Combine(folder, FolderListing.ContactSheetFile), dataset.HeldOut is not null ? beside + "-held-out" : null);
            Save(folder, dataset.Training.Pixels);
            if (heldOut is not null)
                Save(heldOut, dataset.HeldOut!.Pixels);
            var parts = dataset.Spec is LayeredArtSpec ? beside + "-parts" : null;
            if (dataset.Spec is LayeredArtSpec layered)
                LayeredParts.Write(parts!, layered, dataset, new InstalledPackages(context.Data.Packages));
            dataset.Consent?.Write(folder);
            ImageFile.SavePng(sheet, ContactSheet.Compose([.. Enumerable.Range(0, dataset.Count).Select(i => dataset[i])]));
            context.Terminal.Result(
                new { dataset.Count, dataset.ImageSize, dataset.Fingerprint, Folder = folder, ContactSheet = sheet, HeldOut = heldOut, Parts = parts },
                () => [Speech.Text(string.Join('\n', new[]
                {
                    $"{dataset.Count} icons of {dataset.ImageSize}×{dataset.ImageSize} in {folder}",
                    heldOut is null ? null : $"{dataset.HeldOut!.Count} held-out icons in {heldOut}",
                    parts is null ? null : $"parts, masks and parts.json in {parts}",
                    $"contact sheet: {sheet}",
                }.OfType<string>()))]);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Save(string folder, IconPixels icons)
    {
        var digits = (icons.Count - 1).ToString().Length;
        for (var i = 0; i < icons.Count; i++)
            ImageFile.SavePng(Path.Combine(folder, $"{i.ToString().PadLeft(digits, '0')}.png"), icons.ToImage(i));
    }

    private static Command Check()
    {
        var command = new Command("check",
            """
            Tells what training would see: how many icons, how many a run would hold out, unreadable files, what is left out,
            duplicates, small or transparent images, the consent file.
            The exit code is 1 if the set can't be trained on.

            Example:
              icon dataset check my-icons --size 128
            """)
        { Source, Count, HeldOut, Size, Background, Seed, Variants, CommandContext.EmojiFontOption };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var report = DatasetSource.Check(Spec(parsed, parsed.GetValue(HeldOut)), TimeProvider.System, new InstalledPackages(context.Data.Packages));
            context.Terminal.Result(report, () => [Speech.Text(string.Join('\n', Lines(report)))]);
            return report.Problems.Count == 0 ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static Command Tags()
    {
        var command = new Command("tags",
            """
            Lists the tags of a data set, with the number of icons that have each: what a model with "condition": "tags" can be
            asked for. A folder's are in tags.csv (a line for each image: its name, then its tags) or in a text file beside each
            image; a folder without tags gets a tags.csv to go on from, in which the folders that an image lies in are its first tags.

            Examples:
              icon dataset tags my-icons
              icon dataset tags noto-faces
            """)
        { Source, Count, Seed, Variants, CommandContext.EmojiFontOption };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var spec = Spec(parsed, heldOut: 0) with { Tags = true };
            var started = spec is FolderSpec folder ? Start(folder.Path) : null;
            var tags = spec is FolderSpec own ? TagsOf(own.Path) : DatasetSource.Prepare(spec with { ImageSize = 16 }, TimeProvider.System, new InstalledPackages(context.Data.Packages)).Tags!;
            var counts = tags.Names.Zip(tags.Counts()).Select(tag => new { Name = tag.First, Icons = tag.Second }).OrderByDescending(tag => tag.Icons).ToList();
            context.Terminal.Result(
                new { Icons = tags.Icons.Count, Tags = counts, Started = started },
                () => [Speech.Text(string.Join('\n', new[]
                {
                    started is null ? null : $"started {started}: add each icon's tags to its line",
                    $"{tags.Names.Count} tags of {tags.Icons.Count} icons{(tags.Rare.Count > 0 ? $", {tags.Rare.Count} of them of fewer than {IconTags.Few} icons, which are hardly learned" : "")}",
                }.OfType<string>().Concat(counts.Select(tag => $"{tag.Icons,6}  {tag.Name}"))))]);
            return ExitCode.Success;
        });
        return command;
    }

    private static IconTags TagsOf(string folder)
    {
        var content = FolderContent.Of(folder);
        return IconTags.Of(FolderTags.Of(folder, content.Listing, content.ReadTags()).Values);
    }

    // The table of a folder that has no tags yet; null: it has some.
    private static string? Start(string folder)
    {
        var listing = FolderContent.Of(folder).Listing;
        if (TagFile.In(listing).Any()) return null;
        if (listing.Images.Count == 0) throw new DatasetException($"'{folder}' has no images; wanted some to state tags of.");
        var path = Path.Combine(folder, TagFile.TableName);
        AtomicFile.WriteAllText(path, FolderTags.Begin(listing));
        return path;
    }

    private static Command Install()
    {
        var package = new Argument<string>("package") { Description = "openmoji (CC BY-SA 4.0), twemoji (CC BY 4.0) or dicebear (each style's own licence)." };
        package.AcceptOnlyFromAmong([.. PinnedPackage.All.Select(each => each.Name)]);
        var from = new Option<string?>("--from") { Description = "Take this archive, which 'npm pack' made elsewhere, instead of asking npm.", HelpName = "FILE" };
        var command = new Command("install",
            """
            Fetches the drawings behind openmoji-faces, twemoji-faces or dicebear-adventurer, dicebear-toon-head and the other styles
            of DiceBear with npm, in a pinned version, into the data folder and verifies them. Nothing in the package is run.

            Examples:
              icon dataset install openmoji
              icon dataset install twemoji --from svg-15.0.0.tgz
              icon dataset install dicebear
            """)
        { package, from };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var packages = new InstalledPackages(context.Data.Packages);
            var chosen = PinnedPackage.All.Single(each => each.Name == parsed.GetValue(package));
            if (parsed.GetValue(from) is { } archive)
                packages.Install(chosen, archive);
            else if (!packages.Has(chosen))
                await PackageInstaller.InstallAsync(context.Terminal, packages, chosen, cancellationToken);
            context.Terminal.Result(
                new { chosen.Name, Package = chosen.NpmSpecifier, chosen.Sha512, Path = packages.PathOf(chosen), (chosen as EmojiPackage)?.Consent },
                () => [Speech.Text($"{chosen.NpmSpecifier} in {packages.PathOf(chosen)} (SHA-512 verified)\n{chosen.Terms}")]);
            return ExitCode.Success;
        });
        return command;
    }

    private static DatasetSpec Spec(ParseResult parsed, int? heldOut)
    {
        var (count, size, background) = (parsed.GetValue(Count), parsed.GetValue(Size), parsed.GetValue(Background)!);
        return DatasetName.Read(parsed.GetValue(Source)!) switch
        {
            LayeredArtSpec layered => layered with { Count = count, HeldOut = heldOut, ImageSize = size, Background = background, Seed = parsed.GetValue(Seed), Variants = parsed.GetValue(Variants) },
            var other => other with { Count = count, HeldOut = heldOut, ImageSize = size, Background = background },
        };
    }

    /// <summary>What a check has found, a line each.</summary>
    public static IEnumerable<string> Lines(DatasetReport report)
    {
        foreach (var problem in report.Problems)
            yield return $"problem: {problem}";
        yield return $"{report.Icons} icons would be used{(report.HeldOut > 0 ? $", {report.HeldOut} more set aside" : "")}";
        foreach (var file in report.Unreadable)
            yield return $"unreadable: {file.Name}: {file.Reason}";
        foreach (var group in report.Duplicates)
            yield return $"{group.Kind.ToString().ToLowerInvariant()} duplicates, {group.Names.Count} icons (difference up to {FigureText.Rounded(group.MeanAbsoluteError)} of 255): {FolderWarnings.Listed(group.Names)}";
        foreach (var (what, names) in new (string, EquatableList<string>)[]
        {
            ("transparent, laid over the background", report.Transparent),
            ("smaller than the icon size, will be blurred", report.Enlarged),
            ("not square, will be cropped", report.Cropped),
            ("animated, first frame used", report.Animated),
            ("not named like what they contain, content counts", report.Mislabelled),
            ("no images, ignored", report.Ignored),
            ("contact sheet(s), ignored", report.ContactSheets),
            ("hidden, ignored", report.Hidden),
            ("link(s) to folders, followed", report.Linked),
            ("link(s), not followed", [.. report.Unfollowed.Select(link => $"{link.Name} ({FolderWarnings.Words(link.Fault)})")]),
            ("consent(s) of folders below, which do not count", report.OtherConsents),
        })
            if (names.Count > 0)
                yield return $"{names.Count} {what}: {FolderWarnings.Listed(names)}";
        yield return report.Consent is { } consent
            ? $"consent: {consent.Artist}, {consent.Licence}"
            : "consent: no consent.json";
    }
}
