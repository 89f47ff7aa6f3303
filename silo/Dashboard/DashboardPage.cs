using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace IconDiffusion.Silo.Dashboard;

/// <summary>
/// The page that shows the cluster live in a browser. The page itself is told to everyone, as it holds nothing: it asks for the token
/// and sends it with each of its requests to the API, as every other client does. No cookie, so no other site can use it.
/// </summary>
internal static class DashboardPage
{
    // Everything from this silo, nothing inline, in nobody's frame. Pictures are fetched with the token, which makes them blobs.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Folder = "Dashboard/";

    private static readonly FileExtensionContentTypeProvider Types = new();

    // The resources of this build by their paths.
    private static readonly Dictionary<string, string> Files = typeof(DashboardPage).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).ToDictionary(name => name == Folder + "index.html" ? "/" : "/" + name.ToLowerInvariant());

    /// <summary>Whether a path is one of the page's own files.</summary>
    public static bool Has(PathString path) => Files.ContainsKey(path.Value ?? "");

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var (path, name) in Files)
        {
            var content = Read(name);
            app.MapGet(path, (HttpResponse response) =>
            {
                response.Headers.ContentSecurityPolicy = Policy;
                response.Headers.XContentTypeOptions = "nosniff";
                response.Headers["Referrer-Policy"] = "no-referrer";
                response.Headers.CacheControl = "no-cache";
                return TypedResults.Bytes(content, Types.TryGetContentType(name, out var type) ? $"{type}; charset=utf-8" : null);
            }).ExcludeFromDescription();
        }
    }

    private static byte[] Read(string name)
    {
        using var resource = typeof(DashboardPage).Assembly.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
