using IconDiffusion.Silo.Dashboard;
using IconDiffusion.Silo.Hosting;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>Lets nobody past without the token, except to ask for the silo's health and for the dashboard's page, which asks for the token itself.</summary>
internal sealed class TokenMiddleware(RequestDelegate next, SiloIdentity identity)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health") || DashboardPage.Has(context.Request.Path) || IsKnown(context.Request.Headers.Authorization.ToString()))
            return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(StatusCodes.Status401Unauthorized,
            "The token is missing or wrong; wanted the header 'Authorization: Bearer TOKEN' with the content of the file 'token' in the silo's data folder.")
            .ExecuteAsync(context);
    }

    private bool IsKnown(string authorization) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && SiloToken.AreEqual(authorization[Scheme.Length..].Trim(), identity.Token);
}
