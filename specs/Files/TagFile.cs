namespace IconDiffusion.Specs.Files;

/// <summary>A file that states tags of a folder's images: <c>tags.csv</c> in the folder itself, or a text file beside an image that is called like it.</summary>
/// <param name="Label">As in <see cref="FolderListing.Others"/>.</param>
/// <param name="Text">What it says.</param>
public sealed record TagFile(string Label, string Text)
{
    /// <summary>A line for each image: its name relative to the folder, then its tags, with ',' between them.</summary>
    public const string TableName = "tags.csv";

    /// <summary>Where the text file of an image would be.</summary>
    public static string BesideOf(string image) => System.IO.Path.ChangeExtension(image, ".txt");

    /// <summary>The labels of those that a folder has, in the listing's order.</summary>
    public static IEnumerable<string> In(FolderListing listing)
    {
        var beside = listing.Images.Select(image => BesideOf(image.Label)).ToHashSet();
        return listing.Others.Where(label => label == TableName || beside.Contains(label));
    }

    /// <summary>Reads them.</summary>
    /// <param name="folder">On this machine, that of <paramref name="listing"/>.</param>
    /// <exception cref="IOException">One cannot be read.</exception>
    public static EquatableList<TagFile> Read(string folder, FolderListing listing) =>
        [.. In(listing).Where(label => FileKind.IsFile(PathOf(folder, label))).Select(label => new TagFile(label, File.ReadAllText(PathOf(folder, label))))];

    private static string PathOf(string folder, string label) => System.IO.Path.Combine(folder, label);
}
