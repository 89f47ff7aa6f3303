using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>A set of icons to be compared with another one.</summary>
/// <param name="Name">A folder, or a built-in data set's name.</param>
/// <param name="Unreadable">Files that were left out.</param>
/// <param name="Resampled">How many icons were resized or cropped.</param>
/// <param name="Warnings">See <see cref="FolderWarnings"/>.</param>
public sealed record ImageSet(string Name, IconDataset Dataset, EquatableList<UnreadableFile> Unreadable, int Resampled, EquatableList<string> Warnings)
{
    /// <summary>The set's icons.</summary>
    public IconPixels Pixels => Dataset.Training.Pixels;

    internal ComparedSet Compared => new(Name, Dataset.Count, Dataset.Fingerprint, Resampled, Unreadable, Warnings, Dataset.Consent);

    /// <summary>Reads or draws a set. Nothing is held out unless the spec states it.</summary>
    /// <param name="skipUnreadable">Whether a folder's damaged files are left out and listed; else one refuses the whole.</param>
    /// <exception cref="DatasetException">Fewer than two icons, an unreadable file, or a package that is not installed.</exception>
    public static ImageSet Open(DatasetSpec spec, bool skipUnreadable, InstalledPackages packages)
    {
        spec = spec with { HeldOut = spec.HeldOut ?? 0 };
        if (spec is not FolderSpec folder)
            return new(NameOf(spec), DatasetSource.Prepare(spec, TimeProvider.System, packages), [], 0, []);
        var (icons, report) = IconFolder.Read(folder, TimeProvider.System, skipUnreadable);
        if (report.Problems is [var first, ..])
            throw new DatasetException(skipUnreadable || report.Unreadable.Count == 0 ? first : $"{first} Or leave them out: --skip-unreadable");
        // Of a counted folder fewer icons may be left.
        return new(
            folder.Path, IconDataset.Pack(folder with { Count = null }, icons, report.Consent), report.Unreadable, report.Resampled.Count,
            [.. FolderWarnings.Of(folder, report)]);
    }

    /// <summary>The built-in set's name, or the folder.</summary>
    public static string NameOf(DatasetSpec spec)
    {
        if (spec is FolderSpec folder) return folder.Path;
        if (spec is DiceBearSpec style) return $"dicebear-{style.Style}";
        var bare = spec with { Count = null, HeldOut = null, ImageSize = 128, HorizontalFlip = true, Background = "#FFFFFF" };
        return DatasetName.BuiltIn.FirstOrDefault(each => each.Value == bare).Key ?? spec.GetType().Name;
    }
}
