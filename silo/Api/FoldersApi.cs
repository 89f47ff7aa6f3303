using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>Folders of images by their offers' keys. The silo never reads a path that came over HTTP.</summary>
internal static class FoldersApi
{
    private const string Key = "/folders/{key:fingerprint}";
    private const string Tar = "application/x-tar";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(Key, FindAsync)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("The data sets that were prepared from a folder of images before, and what training will not see of it");
        api.MapPut(Key, ReceiveAsync)
            .Accepts<byte[]>(Tar)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Prepares data sets from a folder of images: a tar archive of offer.json, whose SHA-256 is the key, and the images 0, 1, …");
        api.MapPost("/folders", (HttpContext context, FolderForm form, Folders folders) => form.ReadAsync<DatasetsOrder, PreparedFolder>(context, (order, sent) => folders.PrepareAsync(order.Datasets, sent)))
            .Accepts<byte[]>(FolderForm.MediaType).Produces<PreparedFolder>()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Prepares data sets from a folder of images that a browser sends: a form of order, which is JSON, and the folder's files 0, 1, …");
    }

    private static async Task<PreparedFolder> FindAsync(string key, Folders folders, CancellationToken cancellationToken) =>
        await folders.FindAsync(key, cancellationToken) ?? throw new ApiException(StatusCodes.Status404NotFound, $"The folder {key} is not known here; PUT to the same address sends it.");

    private static async Task<PreparedFolder> ReceiveAsync(string key, HttpContext context, Folders folders, SiloOptions options)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.MaxDatasetBytes;
        if (context.Request.ContentType != Tar)
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{context.Request.ContentType}'; wanted {Tar}.");
        return await folders.ReceiveAsync(key, context.Request.Body, context.RequestAborted);
    }
}

/// <summary>A folder of images of which data sets are wanted.</summary>
internal sealed record DatasetsOrder : FolderOrder
{
    /// <summary>Each as a run has it.</summary>
    public required EquatableList<FolderSpec> Datasets { get; init; }
}
