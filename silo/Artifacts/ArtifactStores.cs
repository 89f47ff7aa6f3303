using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace IconDiffusion.Silo.Artifacts;

/// <summary>Opens the store that an option names.</summary>
internal static class ArtifactStores
{
    /// <summary>
    /// A folder's path, or <c>s3://bucket/prefix</c>, for servers other than Amazon's with their address:
    /// <c>s3://bucket/prefix?endpoint=http://nas:9000&amp;region=eu-west-1</c>. With an endpoint, the bucket's name stands in the path.
    /// </summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static IArtifactStore Open(string location)
    {
        if (!location.StartsWith("s3:", StringComparison.OrdinalIgnoreCase)) return new FolderArtifacts(location);
        if (!Uri.TryCreate(location, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw Wrong(location);
        var settings = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? WebUtility.UrlDecode(pair[1]) : "");
        var config = new AmazonS3Config
        {
            // Checksums in trailers are Amazon's alone.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        foreach (var (name, value) in settings)
        {
            switch (name)
            {
                case "endpoint" when Uri.TryCreate(value, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https":
                    (config.ServiceURL, config.ForcePathStyle) = (value, true);
                    break;
                case "region" when value.Length > 0:
                    config.AuthenticationRegion = value;
                    break;
                default:
                    throw Wrong(location);
            }
        }
        // An endpoint of one's own has no regions, but a signature needs one.
        if (config.ServiceURL is not null) config.AuthenticationRegion ??= "us-east-1";
        else if (config.AuthenticationRegion is { } region) config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        var prefix = uri.AbsolutePath.Trim('/');
        return new S3Artifacts(new AmazonS3Client(config), uri.Host, prefix.Length == 0 ? "" : prefix + '/');
    }

    private static ArgumentException Wrong(string location) =>
        new($"The artifact store is '{location}'; wanted a folder or s3://bucket/prefix?endpoint=http://host:9000&region=NAME.");
}
