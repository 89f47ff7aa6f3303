using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data.Sources;

/// <summary>A folder of images, on this machine's disk or as a client has sent it.</summary>
/// <param name="Listing">What lies in it.</param>
/// <param name="ReadTags">The files in it that state tags; throws <see cref="DatasetException"/> where one cannot be read.</param>
/// <param name="ReadConsent">Its consent, or null if it holds none; throws as <see cref="Consent.Read"/> does.</param>
/// <param name="ReadImage">The bytes of an image, by its place in the listing; throws <see cref="ImageException"/> where they cannot be read.</param>
public sealed record FolderContent(FolderListing Listing, Func<IReadOnlyList<TagFile>> ReadTags, Func<Consent?> ReadConsent, Func<int, byte[]> ReadImage)
{
    /// <summary>A folder on this machine's disk.</summary>
    /// <exception cref="DatasetException">It is missing or unreadable.</exception>
    public static FolderContent Of(string folder)
    {
        var listing = List(folder);
        return new(listing, () => ReadTagsOf(folder, listing), () => Consent.Read(folder), image => ImageFile.ReadBytes(listing.Images[image].Path));
    }

    private static EquatableList<TagFile> ReadTagsOf(string folder, FolderListing listing)
    {
        try
        {
            return TagFile.Read(folder, listing);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The tags in '{folder}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>What lies in a folder on this machine's disk.</summary>
    /// <exception cref="DatasetException">It is missing or unreadable.</exception>
    internal static FolderListing List(string folder)
    {
        try
        {
            return FolderWalk.List(folder);
        }
        catch (IOException error)
        {
            throw new DatasetException(error.Message, error);
        }
    }
}
