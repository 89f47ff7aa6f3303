using IconDiffusion.Client.Cluster;
using IconDiffusion.Silo.Dashboard;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>The least role that an endpoint is for, where that is not <see cref="TokenRole.Watch"/> to read and <see cref="TokenRole.Work"/> to change something.</summary>
internal sealed record WantedRole(TokenRole Role);

/// <summary>Who asks. A feature of each request that came past the <see cref="TokenMiddleware"/>.</summary>
internal sealed class Bearer(TokenBook tokens, string token)
{
    /// <summary>What the token may do now; null: nothing.</summary>
    public TokenRole? Role => tokens.RoleOf(token);

    /// <summary>Whether the token has not been revoked.</summary>
    public bool IsKnown => Role is not null;
}

/// <summary>
/// Lets nobody past without a token, except to ask for the silo's health, its authority's certificate, the dashboard's page, which asks for the token itself, and a report
/// with a ticket, and nobody with one whose role is less than what is asked for. Comes after routing, which knows what that is.
/// </summary>
internal sealed class TokenMiddleware(RequestDelegate next, TokenBook tokens)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/health") || request.Path == SiloConnection.AuthorityPath || request.Path.StartsWithSegments(ExperimentsApi.Reader) || DashboardPage.Has(request.Path))
            return next(context);
        var bearer = new Bearer(tokens, TokenOf(request));
        context.Features.Set(bearer);
        if (bearer.Role is not { } role)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Of(StatusCodes.Status401Unauthorized,
                "The token is missing or wrong; wanted the header 'Authorization: Bearer TOKEN' with the content of the file 'token' in the silo's data folder, or with a token that 'icon token add' made.")
                .ExecuteAsync(context);
        }
        var wanted = context.GetEndpoint()?.Metadata.GetMetadata<WantedRole>()?.Role
            ?? (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? TokenRole.Watch : TokenRole.Work);
        return role >= wanted ? next(context) : Problems.Of(StatusCodes.Status403Forbidden,
            $"{request.Method} {request.Path} wants a token of the role {Word(wanted)}; this one is of the role {Word(role)}.", ("wanted", wanted)).ExecuteAsync(context);
    }

    // Empty: there is none.
    private static string TokenOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";

    private static string Word(TokenRole role) => role.ToString().ToLowerInvariant();
}
