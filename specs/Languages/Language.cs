using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace IconDiffusion.Specs.Languages;

/// <summary>
/// A language that people are spoken to in. Texts stand where they are said in English, which is the key by which other languages have them, as in GNU gettext;
/// where a language lacks one, English is said. Numbers in texts are written the same in all.
/// </summary>
/// <param name="code">ISO 639-1.</param>
/// <param name="texts">English → this language, with the same <c>{0}</c>, <c>{1}</c> … in any order.</param>
public sealed class Language(string code, IReadOnlyDictionary<string, string> texts)
{
    /// <summary>What the texts in the code are in.</summary>
    public const string EnglishCode = "en";

    /// <summary>The languages that there are beside English.</summary>
    public static readonly EquatableList<string> Others = ["ja"];

    /// <summary>The languages of what is written into results and statuses, which pages show among texts of their own; by their codes.</summary>
    public static readonly IReadOnlyDictionary<string, Language> OfResults = Read(typeof(Language).Assembly, "Languages/");

    /// <summary>How such texts are taken apart, for pages and the console alike; JSON.</summary>
    internal static readonly string Rules = Resource(typeof(Language).Assembly, "Languages/rules.json").TrimEnd();

    /// <summary>What finds such texts in a language's, in JavaScript: a module that exports <c>translator</c>.</summary>
    public static readonly string Script = $"const rules = {Rules};\n{Resource(typeof(Language).Assembly, "Languages/said.js")}";

    // Letters as they are, and nothing that would be markup.
    private static readonly JsonSerializerOptions InPages = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>ISO 639-1.</summary>
    public string Code => code;

    /// <summary>Its texts by their English ones; none of English itself.</summary>
    public IReadOnlyDictionary<string, string> Texts => texts;

    /// <summary>A text without anything in it that varies.</summary>
    public string this[string english] => texts.GetValueOrDefault(english, english);

    /// <summary>A text with numbers or names in it.</summary>
    public string Say(string english, params object?[] values) => string.Format(CultureInfo.InvariantCulture, this[english], values);

    /// <summary>This language with more texts; those of <paramref name="more"/> count where both have one.</summary>
    public Language With(Language more)
    {
        var all = new Dictionary<string, string>(texts);
        foreach (var (english, text) in more.Texts) all[english] = text;
        return new(code, all);
    }

    /// <summary>The texts as a page has them: JSON that may stand in HTML.</summary>
    public string ToJson() => JsonSerializer.Serialize(texts, InPages);

    /// <summary>English, and every other language by what an assembly's resources have of it, by their codes.</summary>
    /// <param name="folder">Of <c>ja.json</c>, ending with a slash.</param>
    public static IReadOnlyDictionary<string, Language> Read(Assembly assembly, string folder) => Others
        .Select(other => new Language(other, JsonSerializer.Deserialize<Dictionary<string, string>>(Resource(assembly, $"{folder}{other}.json"))!))
        .Append(new(EnglishCode, new Dictionary<string, string>())).ToDictionary(language => language.Code);

    /// <summary>The first of some wishes that there is, such as <c>ja-JP</c>; English, if there is none.</summary>
    public static string Choose(IEnumerable<string> wanted) => wanted
        .Select(each => each.Split('-', '_')[0].ToLowerInvariant()).FirstOrDefault(each => each == EnglishCode || Others.Contains(each)) ?? EnglishCode;

    private static string Resource(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly holds no '{name}'; wanted it embedded."));
        return reader.ReadToEnd();
    }
}
