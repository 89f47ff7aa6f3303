using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Artifacts;

/// <summary>A bucket of S3, or of a server that speaks its protocol, as the store. Credentials come from the SDK's usual places.</summary>
/// <param name="client">Speaks to the server.</param>
/// <param name="prefix">Before every key: empty, or ending with '/'.</param>
internal sealed class S3Artifacts(IAmazonS3 client, string bucket, string prefix) : IArtifactStore
{
    /// <inheritdoc/>
    public string Name => $"s3://{bucket}/{prefix}".TrimEnd('/');

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListAsync(string under, CancellationToken cancellationToken) => Say(under, async () =>
    {
        var found = new Dictionary<string, long>();
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix + under };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.S3Objects ?? []) found[item.Key[prefix.Length..]] = item.Size ?? 0;
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated ?? false);
        return (IReadOnlyDictionary<string, long>)found;
    });

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => Say(key, async () =>
    {
        try
        {
            await client.GetObjectMetadataAsync(bucket, KeyOf(key), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    });

    /// <inheritdoc/>
    public Task<bool> GetAsync(string key, string path, CancellationToken cancellationToken) => Say(key, async () =>
    {
        try
        {
            using var answer = await client.GetObjectAsync(bucket, KeyOf(key), cancellationToken).ConfigureAwait(false);
            AtomicFile.Write(path, target =>
            {
                answer.ResponseStream.CopyTo(target);
                if (target.Position != answer.ContentLength) throw new IOException($"The answer ended after {target.Position} of {answer.ContentLength} bytes.");
            });
            return true;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
        {
            return false;
        }
    });

    /// <inheritdoc/>
    public Task PutAsync(string key, string path, CancellationToken cancellationToken) => Say(key, async () =>
    {
        using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // One request, so that the file is there whole or not at all; checkpoints are far below its limit of 5 GB. Signed as a whole:
        // not every server understands the SDK's signed chunks.
        await client.PutObjectAsync(new() { BucketName = bucket, Key = KeyOf(key), InputStream = source, UseChunkEncoding = false }, cancellationToken)
            .ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => Say(key, () =>
        client.DeleteObjectAsync(bucket, KeyOf(key), cancellationToken));

    private string KeyOf(string key) => prefix + ArtifactKey.Check(key);

    private async Task<T> Say<T>(string key, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new IOException($"'{key}' of {Name}: {e.Message}", e);
        }
    }
}
