using System.Text;
using System.Text.Json;
using IconDiffusion.Silo.Pages;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Languages;
using IconDiffusion.Specs.Novelty;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Dashboard;

/// <summary>
/// The page that shows the cluster live in a browser. The page itself is told to everyone, as it holds nothing: it asks for the token
/// and sends it with each of its requests to the API, as every other client does. No cookie, so no other site can use it.
/// </summary>
internal static class DashboardPage
{
    // Everything from this silo, nothing inline, in nobody's frame. Pictures are fetched with the token, which makes them blobs.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src blob: data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Of the page itself, and of what it reads in results and statuses.
    private static readonly Dictionary<string, Language> Languages = PageTexts.Of("Dashboard/").Values.ToDictionary(own => own.Code, own => Language.OfResults[own.Code].With(own));

    // By their paths: the resources of this build, what the table of kinds of work says, and the texts of other languages.
    private static readonly Dictionary<string, byte[]> Files = new(PageFiles.Of("Dashboard/"))
    {
        ["/dashboard/events.js"] = PageFiles.Read("Pages/events.js"),
        ["/dashboard/language.js"] = PageFiles.Read("Pages/language.js"),
        ["/dashboard/said.js"] = Encoding.UTF8.GetBytes(Language.Script),
        ["/dashboard/ja.json"] = Encoding.UTF8.GetBytes(Languages["ja"].ToJson()),
        ["/dashboard/kinds.js"] = Kinds(),
    };

    /// <summary>Whether a path is one of the page's own files.</summary>
    public static bool Has(PathString path) => Files.ContainsKey(path.Value ?? "");

    public static void Map(IEndpointRouteBuilder app) => PageFiles.Map(app, Files, Languages, Policy);

    // What somebody is called who is at a kind of work, what a cell's states are called meanwhile, and what figures mean.
    private static byte[] Kinds() => Encoding.UTF8.GetBytes($"""
        export const words = {JsonSerializer.Serialize(WorkKind.All.ToDictionary(kind => kind.Name, kind => kind.Word))};
        export const states = {JsonSerializer.Serialize(WorkKind.All.Where(kind => kind.Cell is not null)
            .ToDictionary(kind => JsonNamingPolicy.KebabCaseLower.ConvertName($"{kind.Cell}"), kind => kind.Word))};
        export const figures = {JsonSerializer.Serialize(FigureCatalogue.All.ToDictionary(figure => figure.Key, figure => new { figure.Label, figure.Unit, figure.OfFeatures, figure.Definition }), JsonSerializerOptions.Web)};

        """);
}
