using System.IO.Compression;
using IconDiffusion.Data;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>What <c>icon publish</c> and <c>icon consent</c> do, over HTTP: runs given away under consents, and consents taken back.</summary>
internal static class PublicationApi
{
    private const string Id = "/runs/{runId:run}/publication";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(Id, (string runId, SiloOptions options) => Allowed(() => Publisher.Offer(Trained(runId, new(options.Data)))))
            .ProducesProblem(StatusCodes.Status409Conflict).WithSummary("What would be published of a run, and under whose consent");
        api.MapPost(Id, PublishAsync).WithMetadata(new WantedRole(TokenRole.Own)).Produces(StatusCodes.Status200OK, contentType: "application/zip")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("The folder that 'icon publish' makes, as a ZIP file: icons that are no copies, with cards and checksums");
        api.MapGet("/consents", (SiloOptions options, TimeProvider time) => Allowed(() => ConsentBook.Read(new(options.Data), time).Select(Listed)))
            .ProducesProblem(StatusCodes.Status409Conflict).WithSummary("Every consent on record, with the data sets and runs that rest on it");
        api.MapPost("/consents/{id:run}/revoke", Revoke).WithMetadata(new WantedRole(TokenRole.Own)).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Takes a consent back for good: nothing is trained, drawn or published on its data sets any more");
    }

    private static async Task<FileStreamHttpResult> PublishAsync(string runId, PublicationOrder order, SiloOptions options, RunFiles files, CancellationToken cancellationToken)
    {
        if (order.Count < 1)
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, $"count is {order.Count}; wanted 1 or more.");
        var (data, folder) = (new DataFolder(options.Data), files.NewCopy());
        var archive = folder + ".zip";
        try
        {
            await Task.Run(() => Allowed(() => Make(Trained(runId, data), data, order, folder, archive)), cancellationToken);
            var content = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.None, 4096, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            return TypedResults.Stream(content, "application/zip", $"{runId}.zip");
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static int Make(TrainedRun run, DataFolder data, PublicationOrder order, string folder, string archive)
    {
        var manifest = Publisher.Publish(run, data, new() { To = folder, Count = order.Count, Watermark = order.Watermark, WithoutConsent = order.WithoutConsent }, (_, _) => { });
        if (manifest.Files.Count == 0)
            throw new ExperimentException($"Every icon of run {run.Id} is a copy, so there is nothing to publish.");
        ZipFile.CreateFromDirectory(folder, archive, CompressionLevel.NoCompression, includeBaseDirectory: false);  // PNG files are compressed
        return manifest.Files.Count;
    }

    private static ListedConsent Revoke(string id, RevocationOrder order, SiloOptions options, TimeProvider time) => Allowed(() =>
    {
        var data = new DataFolder(options.Data);
        return Listed(ConsentBook.Revoke(data, ConsentBook.Find(data, id, time), order.Reason, time).Single(entry => entry.Id == id));
    });

    private static ListedConsent Listed(ConsentEntry entry) => new(entry, entry.Revocation is null && !SourceLicences.Contains(entry.Consent));

    private static TrainedRun Trained(string runId, DataFolder data) => TrainedRun.Find(data, runId);

    // What is against it is for whoever asks to know.
    private static T Allowed<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception refusal) when (refusal is ConsentException or ExperimentException or DatasetException)
        {
            throw new ApiException(StatusCodes.Status409Conflict, refusal.Message);
        }
    }
}

/// <summary>How a run is published; see <see cref="PublishOptions"/>.</summary>
internal sealed record PublicationOrder(int? Count = null, bool Watermark = false, bool WithoutConsent = false);

/// <summary>A consent that is taken back.</summary>
/// <param name="Reason">Why, for the record.</param>
internal sealed record RevocationOrder(string? Reason = null);

/// <summary>A consent on record.</summary>
/// <param name="MayRevoke">False: it is revoked already, or a public licence.</param>
internal sealed record ListedConsent(ConsentEntry Consent, bool MayRevoke);
