using System.Collections.ObjectModel;
using IconDiffusion.Specs.Languages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace IconDiffusion.Silo.Pages;

/// <summary>The files of a page, which are resources of this build: told as they are to everyone, as they hold nothing.</summary>
internal static class PageFiles
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>The files of a folder of this project by their paths on the server: <c>index.html</c> is <c>/</c>, the others lie below the folder's name.</summary>
    /// <param name="folder">Ends with a slash.</param>
    public static IReadOnlyDictionary<string, byte[]> Of(string folder) => new ReadOnlyDictionary<string, byte[]>(
        typeof(PageFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .ToDictionary(name => name == folder + "index.html" ? "/" : "/" + name.ToLowerInvariant(), Read));

    /// <summary>A file by the name of its resource.</summary>
    public static byte[] Read(string name)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Serves files by their paths, the page itself in the language that is asked for.</summary>
    /// <param name="languages">The page's, by their codes.</param>
    /// <param name="policy">The content security policy of the page.</param>
    public static void Map(IEndpointRouteBuilder app, IReadOnlyDictionary<string, byte[]> files, IReadOnlyDictionary<string, Language> languages, string policy)
    {
        foreach (var (path, content) in files)
        {
            var page = path == "/" ? languages.Values.ToDictionary(language => language.Code, language => PageTexts.Translate(content, language)) : null;
            app.MapGet(path, (HttpRequest request, HttpResponse response) => Answer(response, path, page?[PageTexts.Wanted(request)] ?? content, policy)).ExcludeFromDescription();
        }
    }

    private static FileContentHttpResult Answer(HttpResponse response, string path, byte[] content, string policy)
    {
        response.Headers.ContentSecurityPolicy = policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept-Language";
        return TypedResults.Bytes(content, Types.TryGetContentType(path == "/" ? "index.html" : path, out var type) ? $"{type}; charset=utf-8" : null);
    }
}
