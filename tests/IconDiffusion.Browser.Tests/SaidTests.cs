using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using IconDiffusion.Specs.Languages;

namespace IconDiffusion.Browser.Tests;

/// <summary>That a page and the console say the same text in the same words: <c>said.js</c> and <see cref="Translator"/>.</summary>
public sealed partial class SaidTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string[] Values = ["3", "1.2e−3", "≈ 12 h 04 min", "out/report.html", "ddpm 32 (1,2,4)", "paused, failed", "nobody's"];

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task EveryText_IsSaidAlike()
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. What pages say was not compared with what the console says.");
        var language = Directory.EnumerateFiles(Checkout.PathOf(), "ja.json", SearchOption.AllDirectories).Where(IsSource).Order(StringComparer.Ordinal)
            .Select(file => new Language("ja", JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!)).Aggregate((all, more) => all.With(more));
        var texts = Texts([.. language.Texts.Keys.Order(StringComparer.Ordinal)]).ToArray();
        var translator = new Translator(language);

        var page = await browser.OpenAsync("about:blank");
        var onPage = await page.EvaluateAsync<string[]>(
            "async ({ script, language, texts }) => texts.map((await import(script)).translator(JSON.parse(language)))",
            new { script = $"data:text/javascript;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(Language.Script))}", language = language.ToJson(), texts });

        Assert.InRange(texts.Length, 500, 5000);
        Assert.Equal(texts.Select(translator.Say), onPage);
        Assert.NotEqual(texts, onPage);
    }

    // Each alone with values in its places, and in turn as a sentence, a part, behind a colon, in brackets and with something unknown.
    private static IEnumerable<string> Texts(string[] keys) => keys.Select((key, i) =>
    {
        var at = i;
        string Filled(string text) => Hole().Replace(text, _ => Values[at++ % Values.Length]);
        var (text, next) = (Filled(key), Filled(keys[(i + 1) % keys.Length]));
        return (i % 8) switch
        {
            0 => $"{text}. {next}.",
            1 => $"{text}; {next}",
            2 => $"ddpm 32 (1,2,4): {text}",
            3 => $"{text} ({next})",
            4 => $"{text} · {next}, {text}",
            5 => $"{text}.",
            6 => $"{text}, quite unknown: {next}",
            _ => text,
        };
    });

    private static bool IsSource(string file) => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj" or ".build" or "node_modules");

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Hole();
}
