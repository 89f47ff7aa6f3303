using System.Text.RegularExpressions;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>Tokens by their names, for whoever may do everything.</summary>
internal static partial class TokensApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/role", (HttpContext context) => new OwnRole(context.Features.GetRequiredFeature<Bearer>().Role ?? TokenRole.Watch))
            .WithSummary("What the token of this request may do");
        var tokens = api.MapGroup("/tokens").WithMetadata(new WantedRole(TokenRole.Own));
        tokens.MapGet("", (TokenBook book) => book.List()).WithSummary("All tokens but the silo's own, without what they are");
        tokens.MapPost("", Add).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Makes a token, which is told this once");
        tokens.MapDelete("/{name}", Revoke).ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Takes a token's rights away");
    }

    private static Created<IssuedToken> Add(TokenOrder order, TokenBook book, HttpResponse response)
    {
        if (!Name().IsMatch(order.Name))
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, $"name is '{order.Name}'; wanted 1 to 64 letters, digits, '-', '_' or '.'.");
        var token = book.Add(order.Name, order.Role)
            ?? throw new ApiException(StatusCodes.Status409Conflict, $"There is a token '{order.Name}' already; wanted another name, or revoke that one first.");
        response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/tokens/{order.Name}", new IssuedToken { Name = order.Name, Role = order.Role, Token = token });
    }

    private static ApiToken Revoke(string name, TokenBook book) =>
        book.Revoke(name) ?? throw new ApiException(StatusCodes.Status404NotFound, $"There is no token '{name}'.");

    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,64}$")]
    private static partial Regex Name();
}

/// <summary>What the token of a request may do.</summary>
internal sealed record OwnRole(TokenRole Role);
