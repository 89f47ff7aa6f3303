using IconDiffusion.Grains;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace IconDiffusion.Silo.Api;

/// <summary>Turns every failure into a problem: what is the client's by its name, everything else into a 500 whose cause is in the log alone.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private const int DiskFullOnWindows = unchecked((int)0x80070070);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            context.Response.Headers.Remove("Content-Length");
            await Explain(context, context.RequestServices.GetService<SiloDatabase>()?.Explain(failure) ?? failure).ExecuteAsync(context);
            return;
        }

        // Answers without a body, such as routing's 404 and 405.
        var response = context.Response;
        if (response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null } && !HttpMethods.IsHead(context.Request.Method))
            await Problems.Of(response.StatusCode, Sentence(context)).ExecuteAsync(context);
    }

    private ProblemHttpResult Explain(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case ApiException api:
                return api.Problem;
            case ExperimentMissingException:
                return Problems.NotFound(failure.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLarge:
                return Problems.Of(tooLarge.StatusCode, $"The request is too large: {tooLarge.Message}");
            case BadHttpRequestException bad:
                return Problems.Of(bad.StatusCode, bad.Message);
            case OrleansException or TimeoutException:
                logger.RequestFailed(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return Problems.Of(StatusCodes.Status503ServiceUnavailable, "The cluster does not answer; try again in a moment.");
            case IOException { HResult: SiloDatabase.DiskFull or SiloDatabase.QuotaReached or DiskFullOnWindows }:
                logger.RequestFailed(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return Problems.Of(StatusCodes.Status507InsufficientStorage, "The silo's disk is full; make room there and try again.");
            case IOException:
                // Of the database or the data folder; the message says which, and what to do.
                logger.RequestFailed(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return Problems.Of(StatusCodes.Status503ServiceUnavailable, failure.Message);
            default:
                logger.RequestFailed(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return Problems.Of(StatusCodes.Status500InternalServerError,
                    $"The silo failed at this request; its log tells why, under {context.TraceIdentifier}.");
        }
    }

    private static string Sentence(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} takes no {context.Request.Method}.",
        StatusCodes.Status415UnsupportedMediaType => $"{context.Request.Path} takes no content of type '{context.Request.ContentType}'.",
        _ => $"{context.Request.Method} {context.Request.Path} cannot be done.",
    };
}
