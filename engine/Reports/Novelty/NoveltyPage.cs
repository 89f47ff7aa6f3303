using System.Net;
using System.Text;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Languages;

namespace IconDiffusion.Reports.Novelty;

/// <summary>
/// The novelty report as one HTML file that opens from disk: pictures, charts, style and script are within, and the page's own
/// policy forbids the browser to load anything else.
/// </summary>
public static class NoveltyPage
{
    // The page is written in English and says itself in Japanese to whoever's browser prefers that.
    private static readonly string Texts = Language.OfResults["ja"].With(Language.Read(typeof(NoveltyPage).Assembly, "Novelty/")["ja"]).ToJson();

    /// <summary>Writes the page, all or not at all.</summary>
    /// <param name="sets">At least one; shown in this order.</param>
    /// <exception cref="ArgumentException">No set came.</exception>
    public static void Write(string path, string title, IReadOnlyList<ReportedSet> sets) => AtomicFile.WriteAllText(path, Compose(title, sets));

    /// <summary>The page's text.</summary>
    /// <param name="sets">At least one unless an experiment is given; shown in this order.</param>
    /// <param name="experiment">What the sets are of; null: they are all that there is.</param>
    /// <exception cref="ArgumentException">Neither sets nor an experiment came.</exception>
    public static string Compose(string title, IReadOnlyList<ReportedSet> sets, ReportedExperiment? experiment = null)
    {
        if (sets.Count == 0 && experiment is null) throw new ArgumentException("No reports came; a page needs at least one.", nameof(sets));
        var page = new PageParts(sets);
        var main = new StringBuilder();
        if (sets.Count > 0) HeadSection.Write(main, page, title);
        if (experiment is not null) ExperimentSection.Write(main, experiment, title, isHead: sets.Count == 0);
        if (sets.Count > 1) ComparisonSection.Write(main, page);
        foreach (var set in page.Sets) RunSection.Write(main, page, set);
        if (sets.Count > 0) ReadingSection.Write(main, page);
        ProvenanceSection.Write(main, page);
        // The style comes last of all that is written: the pictures are known only then.
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <style>
            {Resource("page.css")}
            {page.Tiles.Css()}</style>
            </head>
            <body>
            {Navigation(page, experiment)}
            <main>
            {main}</main>
            <script id="texts" type="application/json">{Texts}</script>
            <script type="module">
            {Language.Script}
            {Resource("page.js")}</script>
            </body>
            </html>

            """;
    }

    private static string Navigation(PageParts page, ReportedExperiment? experiment)
    {
        var links = new StringBuilder("<nav aria-label=\"Parts of this report\"><a href=\"#verdict\">Verdict</a>");
        if (page.Sets.Count > 1) links.Append("<a href=\"#compare\">Comparison</a>");
        if (experiment is { Missing.Count: > 0 }) links.Append("<a href=\"#missing\">What is missing</a>");
        if (page.Sets.Count > 0) links.Append($"<a href=\"#{page.Id(page.Sets[0])}\">{(page.Sets.Count > 1 ? "Runs" : "Icons")}</a><a href=\"#reading\">How to read it</a>");
        links.Append("<a href=\"#provenance\">Provenance</a>");
        links.Append("<span class=\"buttons\"><button id=\"language\" type=\"button\" lang=\"ja\" hidden>日本語</button><button id=\"theme\" type=\"button\" hidden>Dark</button></span></nav>");
        return links.ToString();
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(NoveltyPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly holds no '{name}'; wanted it embedded."));
        return reader.ReadToEnd();
    }
}
