using System.Text.RegularExpressions;
using IconDiffusion.Specs.Languages;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Client.Output;

/// <summary>
/// The language that this process speaks to people in, on standard output and standard error. Texts are English where they are written and are said here, by the
/// same rules as a page's; documents of <c>--json</c>, files, ids and the keys of specs are never said, and are the same in all languages.
/// </summary>
internal static partial class Speech
{
    private const int Blanks = 2;

    // Of what begins a line of a result, such as a path's.
    private const int LabelWidth = 10;

    private static readonly IReadOnlyDictionary<string, Language> Languages = Language.Read(typeof(Speech).Assembly, "Languages/");

    private static Translator? _translator;

    /// <summary>Which there are, by their codes.</summary>
    public static IEnumerable<string> Codes => Languages.Keys.Order();

    /// <summary>The language of this process from now on.</summary>
    /// <param name="code">One of <see cref="Codes"/>.</param>
    public static void Speak(string code) => _translator = code == Language.EnglishCode ? null : Translator(code);

    /// <summary>What <see cref="Say"/> asks in a language.</summary>
    public static Translator Translator(string code) => new(Language.OfResults[code].With(Languages[code]));

    /// <summary>What the environment asks for, as programs read it: LC_ALL before LC_MESSAGES before LANG.</summary>
    /// <param name="variable">A variable's value.</param>
    public static string Wanted(Func<string, string?> variable) => Language.Choose(
        ((string[])["LC_ALL", "LC_MESSAGES", "LANG"]).Select(variable).Where(value => !string.IsNullOrEmpty(value)).Take(1).Select(value => value!.Split('.', '@')[0]));

    /// <summary>A text of any number of lines; labels, and what stands in columns behind them, each by itself.</summary>
    public static string Say(string english) => _translator is null ? english : Say(english, _translator);

    /// <inheritdoc cref="Say(string)"/>
    public static string Say(string english, Translator translator) => string.Join('\n', english.Split('\n').Select(line => Line(line, translator)));

    /// <summary>A text to be shown, in the language.</summary>
    public static Text Text(string english) => new(Say(english));

    /// <summary>Cells of a terminal that a text takes: two for each Japanese letter.</summary>
    public static int Width(string text) => new Segment(text).CellCount();

    private static string Line(string line, Translator translator)
    {
        foreach (var prefix in (string[])["icon: warning: ", "icon: "])
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return $"icon: {(prefix.Length > 6 ? $"{translator.Say("warning")}: " : "")}{Line(line[prefix.Length..], translator)}";
        var parts = Gap().Split(line);
        var said = parts.Select(part => translator.Say(part)).ToArray();
        // What stands in a column stays in it; two blanks alone only part what is before them from what is behind.
        for (var i = 0; i + 2 < parts.Length; i += 2)
            if (parts[i + 1].Length > Blanks || (i == 0 && Width(parts[0]) + Blanks == LabelWidth))
                said[i + 1] = new string(' ', Math.Max(Blanks, parts[i + 1].Length + Width(parts[i]) - Width(said[i])));
        return string.Concat(said);
    }

    [GeneratedRegex("( {2,})")]
    private static partial Regex Gap();
}
