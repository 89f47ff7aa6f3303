namespace IconDiffusion.Specs;

/// <summary>Tags, words that say what an icon shows, as people write them and as they are kept: in lower case, with single spaces, without ','.</summary>
public static class TagNames
{
    private const int MostSuggestions = 5;

    /// <summary>A tag as it is kept: <c>Red  Hair</c> is <c>red hair</c>.</summary>
    public static string Of(string text) => string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The tags of a list, with ',' or the end of a line between them, each once.</summary>
    public static EquatableList<string> List(string text) => [.. text.Split([',', '\n']).Select(Of).Where(tag => tag.Length > 0).Distinct()];

    /// <summary>The known tags that somebody who wrote an unknown one may have meant, the likeliest first: those with its words in them, then those most like it.</summary>
    public static IEnumerable<string> Nearest(string tag, IEnumerable<string> known) => known
        .OrderBy(each => each.Contains(tag, StringComparison.Ordinal) || tag.Contains(each, StringComparison.Ordinal) ? 0 : 1)
        .ThenBy(each => EditDistance.Of(each, tag)).ThenBy(each => each, StringComparer.Ordinal).Take(MostSuggestions);
}
