using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data.Sources;

/// <summary>What is left out of a folder, or changed before it is used, in a sentence for each kind: every command that reads a folder says it.</summary>
public static class FolderWarnings
{
    private const int MostNames = 5;

    /// <param name="report">Of the folder, from <see cref="IconFolder.Read"/> or <see cref="IconFolder.Survey"/>.</param>
    public static IEnumerable<string> Of(FolderSpec spec, DatasetReport report)
    {
        foreach (var (names, what) in new (EquatableList<string>, string)[]
        {
            (report.Ignored, "file(s) left out, as they are no PNG, JPEG, WebP or GIF"),
            (report.ContactSheets, "contact sheet(s) left out"),
            (report.Hidden, "hidden image(s) or folder(s) left out"),
            ([.. report.Unfollowed.Select(link => $"{link.Name} ({Words(link.Fault)})")], "link(s) not followed"),
            (report.OtherConsents, $"consent(s) of folders below that do not count beside the folder's own {Consent.FileName}"),
            (report.Mislabelled, "image(s) read as what they contain, which is not what their names say"),
            (report.Animated, "animated image(s), of which the first frame alone is used"),
            (report.Enlarged, $"image(s) smaller than {spec.ImageSize}×{spec.ImageSize}, which become blurred"),
            (report.Cropped, "image(s) that are not square, whose ends are cut off"),
        })
            if (names.Count > 0)
                yield return $"'{spec.Path}': {names.Count} {what}: {Listed(names)}";
    }

    /// <summary>The first names, and whether there are more.</summary>
    public static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? ", …" : "");

    /// <summary>Why a link is not followed, in words.</summary>
    public static string Words(LinkFault fault) => fault switch
    {
        LinkFault.Circle => "leads in a circle",
        LinkFault.ReadAlready => "leads to a folder that is read already",
        _ => "leads to nothing",
    };
}
