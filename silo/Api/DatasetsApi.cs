using IconDiffusion.Data;
using IconDiffusion.Silo.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>Prepared data sets by their fingerprints. The silo never reads a path that came over HTTP.</summary>
internal static class DatasetsApi
{
    private const string Fingerprint = "/datasets/{fingerprint:fingerprint}";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapMethods(Fingerprint, [HttpMethods.Head], FindAsync).WithSummary("Whether the silo has a data set; the ETag is the id of the consent that it came with");
        api.MapPut(Fingerprint, UploadAsync)
            .Accepts<byte[]>("application/octet-stream")
            .Produces(StatusCodes.Status201Created).Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Uploads a data set; its content must have the fingerprint");
    }

    private static async Task<Results<Ok, NotFound>> FindAsync(
        string fingerprint, HttpContext context, Datasets datasets, CancellationToken cancellationToken)
    {
        if (!await datasets.ContainsAsync(fingerprint, cancellationToken)) return TypedResults.NotFound();
        if (datasets.ConsentOf(fingerprint) is { } consent) context.Response.Headers.ETag = $"\"{consent}\"";
        return TypedResults.Ok();
    }

    private static async Task<Results<Created, NoContent>> UploadAsync(
        string fingerprint, HttpContext context, Datasets datasets, SiloOptions options)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.MaxDatasetBytes;
        if (context.Request.ContentType != "application/octet-stream")
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{context.Request.ContentType}'; wanted application/octet-stream.");
        try
        {
            return await datasets.ReceiveAsync(fingerprint, context.Request.Body, context.RequestAborted)
                ? TypedResults.Created()
                : TypedResults.NoContent();
        }
        catch (DatasetException)
        {
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, $"The content is not the data set {fingerprint}; nothing was kept.");
        }
    }
}
