using System.Text.RegularExpressions;
using IconDiffusion.Silo.Demo;
using IconDiffusion.Silo.Pages;
using IconDiffusion.Specs.Languages;

namespace IconDiffusion.Silo.Tests.Pages;

/// <summary>That nothing which a page says is missing in another language, and nothing is kept that it no longer says.</summary>
public sealed partial class PageTextsTests
{
    // What the server itself tells visitors of the public page.
    private static readonly Dictionary<string, string[]> Told = new() { ["Demo/"] = DemoHost.Told };

    [Theory]
    [InlineData("Demo/")]
    [InlineData("Dashboard/")]
    public void EveryText_IsThereInEveryLanguage(string folder)
    {
        var files = typeof(PageTexts).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).ToList();
        var said = files.Where(name => name.EndsWith(".js", StringComparison.Ordinal)).SelectMany(name => InScript(Text(name)))
            .Concat(files.Where(name => name.EndsWith(".html", StringComparison.Ordinal)).SelectMany(name => PageTexts.In(Text(name))))
            .Concat(Told.GetValueOrDefault(folder, [])).ToHashSet();
        Assert.NotEmpty(said);
        foreach (var language in PageTexts.Of(folder).Values.Where(language => language.Code != Language.EnglishCode))
        {
            Assert.Equal(said.Order(StringComparer.Ordinal), language.Texts.Keys.Order(StringComparer.Ordinal));
            Assert.All(language.Texts, text => Assert.Equal(Places(text.Key), Places(text.Value)));
        }
    }

    [Theory]
    [InlineData("t`one` + t`two ${a ? `${b}` : f({ c })} three`", new[] { "one", "two {0} three" })]
    [InlineData("const at = `no`; t`it’s ${t`deep`}`", new[] { "it’s {0}", "deep" })]
    public void TextsOfAScript_AreFound(string script, string[] texts) => Assert.Equal(texts.Order(), InScript(script).Order());

    private static string[] Places(string text) => [.. PlaceHolder().Matches(text).Select(found => found.Value).Order()];

    private static string Text(string resource)
    {
        using var reader = new StreamReader(typeof(PageTexts).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    // The keys of t`…`, those in another's values too.
    private static IEnumerable<string> InScript(string script) => Tagged().Matches(script).Select(start =>
    {
        var (key, values, depth) = (new System.Text.StringBuilder(), 0, 0);
        for (var i = start.Index + start.Length; ; i++)
        {
            if (depth == 0 && script[i] == '`')
                return key.ToString();
            if (depth == 0 && script[i] == '$' && script[i + 1] == '{')
                (depth, i) = (1, i + 1);
            else if (depth == 0)
                key.Append(script[i]);
            else if (script[i] is '{' or '}' && (depth += script[i] == '{' ? 1 : -1) == 0)
                key.Append('{').Append(values++).Append('}');
        }
    });

    [GeneratedRegex(@"(?<![\w$.])t`")]
    private static partial Regex Tagged();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex PlaceHolder();
}
