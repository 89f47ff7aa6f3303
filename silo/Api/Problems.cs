using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IconDiffusion.Silo.Api;

/// <summary>Errors as RFC 9457 has them; <c>detail</c> is a sentence for people.</summary>
internal static class Problems
{
    public static ProblemHttpResult Of(int status, string detail, params (string Key, object? Value)[] extensions) =>
        TypedResults.Problem(detail, statusCode: status, extensions: extensions.Select(e => KeyValuePair.Create(e.Key, e.Value)));

    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, detail);
}

/// <summary>Ends a request with a problem.</summary>
internal sealed class ApiException(int status, string detail, params (string Key, object? Value)[] extensions) : Exception(detail)
{
    public ProblemHttpResult Problem => Problems.Of(status, Message, extensions);
}
