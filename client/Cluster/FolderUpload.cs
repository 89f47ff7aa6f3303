using System.Security.Cryptography;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Cluster;

/// <summary>Folders of images on this machine, from which a silo prepares data sets.</summary>
internal static class FolderUpload
{
    /// <summary>Has a silo prepare the data sets of every folder, each of which is sent once, unless the silo knows it.</summary>
    /// <param name="warn">Is told what training will not see of a folder.</param>
    /// <returns>Their fingerprints.</returns>
    /// <exception cref="UsageException">A folder or an image in it cannot be read.</exception>
    /// <exception cref="SiloException">A folder cannot be trained on.</exception>
    public static async Task<IReadOnlyDictionary<FolderSpec, string>> PrepareAsync(
        this SiloClient silo, IEnumerable<FolderSpec> datasets, Action<string> warn, CancellationToken cancellation)
    {
        var fingerprints = new Dictionary<FolderSpec, string>();
        foreach (var folder in datasets.Distinct().GroupBy(dataset => dataset.Path))
        {
            var (offer, images) = Read(folder.Key, [.. folder]);
            var prepared = await silo.PrepareAsync(offer, images, cancellation);
            foreach (var warning in prepared.Warnings)
                warn(warning);
            foreach (var (dataset, fingerprint) in offer.Datasets.Zip(prepared.Fingerprints))
                fingerprints.Add(dataset, fingerprint);
        }
        return fingerprints;
    }

    private static (FolderOffer Offer, IReadOnlyList<string> Images) Read(string folder, EquatableList<FolderSpec> datasets)
    {
        try
        {
            var listing = FolderWalk.List(folder);
            string[] images = [.. listing.Images.Take(datasets.Max(dataset => dataset.PoolOf(listing.Images.Count))).Select(image => image.Path)];
            var consent = Path.Combine(folder, FolderListing.ConsentFile);
            return (new()
            {
                Datasets = datasets,
                Listing = listing with { Images = [.. listing.Images.Select(image => image with { Path = "" })] },
                Hashes = [.. images.AsParallel().AsOrdered().Select(HashOf)],
                Consent = File.Exists(consent) ? File.ReadAllText(consent) : null,
                Tags = datasets.Any(dataset => dataset.Tags) ? TagFile.Read(folder, listing) : null,
            }, images);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(unreadable.Message);
        }
    }

    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
