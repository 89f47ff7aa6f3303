using System.Net;
using IconDiffusion.Silo.Hosting;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>
/// Answers only what is asked of this silo by a name that nobody outside can point at it, so that no other site's page gets at it from a
/// visitor's browser: neither by its own name for the silo's address (DNS rebinding) nor from its own origin.
/// </summary>
internal sealed class OriginMiddleware(RequestDelegate next, SiloOptions options)
{
    // Kept out of the Internet's DNS: RFC 6761, 6762 and 8375, ICANN's .internal, and what routers call their networks.
    private static readonly string[] Local = ["localhost", "local", "internal", "home.arpa", "lan", "home", "fritz.box"];

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsOwn(request.Host.Host))
            return Problems.Of(StatusCodes.Status421MisdirectedRequest,
                $"The silo is not called '{request.Host.Host}'; wanted an address, a local name, or one of its setting {nameof(SiloOptions.Hosts)}.").ExecuteAsync(context);
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || origin.EndsWith($"://{request.Host}", StringComparison.OrdinalIgnoreCase)
            ? next(context)
            : Problems.Of(StatusCodes.Status403Forbidden, $"The page at '{origin}' is not this silo's, which answers its own alone.").ExecuteAsync(context);
    }

    // A name of one part is in no public DNS either.
    private bool IsOwn(string host) => IPAddress.TryParse(host.Trim('[', ']'), out _)
        || (host.TrimEnd('.') is { Length: > 0 } name && (!name.Contains('.')
            || Local.Any(zone => name.EndsWith('.' + zone, StringComparison.OrdinalIgnoreCase))
            || options.Hosts.Contains(name, StringComparer.OrdinalIgnoreCase)));
}
