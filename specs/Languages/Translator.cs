using System.Text.Json;
using System.Text.RegularExpressions;

namespace IconDiffusion.Specs.Languages;

/// <summary>
/// Says in a language what was written in English elsewhere: for the console what <c>said.js</c> does for pages, by the same <c>rules.json</c>. A text is looked up as a whole,
/// then with what varies in it taken out, then a sentence or a part at a time; what is not known of it stays English. Times as the
/// console writes them count as numbers, and a short text's numbers are told from more letters on, since a line of the console counts much in a row: <c>0 of 1 done, 1 training</c>.
/// </summary>
public sealed partial class Translator
{
    private static readonly Regex Sentence = new(Rules.All.Sentence, RegexOptions.CultureInvariant);

    private readonly IReadOnlyDictionary<string, string> _texts;
    private readonly (string Key, Regex Form)[] _patterns;

    /// <param name="language">Its texts; {0}, {1} … stand for what varies: a number in a text of a few letters, anything in others.</param>
    public Translator(Language language)
    {
        _texts = language.Texts;
        _patterns = [.. _texts.Keys.Where(key => key.Contains("{0}", StringComparison.Ordinal))
            .Select(key => (Key: key, Parts: Between().Split(key)))
            .Select(each => (each.Key, Letters: each.Parts.Sum(part => part.Length), each.Parts)).OrderByDescending(each => each.Letters)
            .Select(each => (each.Key, new Regex($"^{string.Join(each.Letters < Rules.All.FewLetters ? Rules.All.Number : Rules.All.Anything, each.Parts.Select(Regex.Escape))}$", RegexOptions.Singleline | RegexOptions.CultureInvariant)))];
    }

    /// <summary>A text in the language, as far as it is known.</summary>
    public string Say(string english) => Say(english, 0);

    private string Say(string english, int from)
    {
        if (Whole(english) is { } all) return all;
        for (var cut = from; cut < Rules.All.Cuts.Length; cut++)
        {
            var (at, by) = (Rules.All.Cuts[cut][0], Rules.All.Cuts[cut][1]);
            if (at == ": " && BehindColon(english, cut) is { } tail) return tail;
            var parts = cut == 0 ? Sentence.Split(english) : english.Split(at);
            if (parts.Length < 2) continue;
            var said = parts.Select((part, i) =>
                cut == 0 && i < parts.Length - 1 ? (_texts.GetValueOrDefault($"{part}.") ?? Whole(part) ?? Whole($"{part}."))?.TrimEnd('。') ?? Say(part, from)
                : at == " (" && i > 0 && part.EndsWith(')') ? $"{Say(part[..^1], from)})" : Say(part, from)).ToArray();
            if (!said.SequenceEqual(parts)) return string.Join(by, said).Replace("。。", "。", StringComparison.Ordinal);
        }
        return english.EndsWith('.') && Whole(english[..^1]) is { } unended ? $"{unended}。" : english;
    }

    // As one text; null: it is none.
    private string? Whole(string english)
    {
        if (_texts.TryGetValue(english, out var text)) return text;
        // A sentence at a time.
        if (Sentence.IsMatch(english)) return null;
        foreach (var (key, form) in _patterns)
            if (form.Match(english) is { Success: true } found)
                return Hole().Replace(_texts[key], hole => found.Groups[int.Parse(hole.Groups[1].ValueSpan, provider: null) + 1].Value is var value && IsName(_texts[key], hole, value) ? value : Say(value, 3));
        return null;
    }

    // Who speaks, and what is known as one text though it has parts: a verdict.
    private string? BehindColon(string english, int cut)
    {
        for (var at = english.IndexOf(": ", StringComparison.Ordinal); at >= 0; at = english.IndexOf(": ", at + 1, StringComparison.Ordinal))
            if (Whole(english[(at + 2)..]) is { } tail)
                return $"{Say(english[..at], cut)}：{tail}";
        return null;
    }

    // A path, or what is quoted, is no text.
    private static bool IsName(string text, Match hole, string value) => value.AsSpan().ContainsAny('/', '\\') || (hole.Index > 0 && text[hole.Index - 1] == '\'');

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Between();

    /// <summary>How texts are taken apart, in <c>rules.json</c>.</summary>
    /// <param name="FewLetters">A text with fewer has numbers alone in its places.</param>
    /// <param name="Number">Regular expression of one number, a time among them; one group.</param>
    /// <param name="Anything">Regular expression of what stands in a part of a sentence; one group.</param>
    /// <param name="Sentence">Regular expression of what parts sentences.</param>
    /// <param name="Cuts">How a text is taken apart that is not known as a whole, and what stands between its parts then; the first cuts between sentences.</param>
    private sealed record Rules(int FewLetters, string Number, string Anything, string Sentence, string[][] Cuts)
    {
        public static readonly Rules All = JsonSerializer.Deserialize<Rules>(Language.Rules, JsonSerializerOptions.Web)!;
    }
}
