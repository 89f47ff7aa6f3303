using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using IconDiffusion.Specs.Languages;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Pages;

/// <summary>The texts of a page in the language that its reader's browser asks for. Its scripts have the same file, see <c>language.js</c>.</summary>
internal static partial class PageTexts
{
    /// <summary>The languages of a page by their codes.</summary>
    /// <param name="folder">Of its files, ending with a slash.</param>
    public static IReadOnlyDictionary<string, Language> Of(string folder) => Language.Read(typeof(PageTexts).Assembly, folder);

    /// <summary>The code of the language that a request is to be answered in.</summary>
    public static string Wanted(HttpRequest request) =>
        Language.Choose(request.GetTypedHeaders().AcceptLanguage.OrderByDescending(each => each.Quality ?? 1).Select(each => each.Value.ToString()));

    /// <summary>A page in a language.</summary>
    /// <param name="html">In English.</param>
    public static byte[] Translate(byte[] html, Language language) => Encoding.UTF8.GetBytes(Text().Replace(Encoding.UTF8.GetString(html), found =>
        found.Value.Replace(found.Groups["text"].Value, WebUtility.HtmlEncode(language[WebUtility.HtmlDecode(found.Groups["text"].Value)]), StringComparison.Ordinal))
        .Replace($"<html lang=\"{Language.EnglishCode}\">", $"<html lang=\"{language.Code}\">", StringComparison.Ordinal));

    /// <summary>The texts of a page that people read or hear.</summary>
    /// <param name="html">In English.</param>
    public static IEnumerable<string> In(string html) => Text().Matches(html).Select(found => WebUtility.HtmlDecode(found.Groups["text"].Value));

    // What stands between tags, but for commands and names of files, and attributes that are read out.
    [GeneratedRegex("""(?<!<code)>\s*(?<text>[^<>\s][^<>]*[^<>\s])\s*<|(?: alt| aria-label| placeholder| title)="(?<text>[^"]+)"|<title>(?<text>[^<]+)<""")]
    private static partial Regex Text();
}
