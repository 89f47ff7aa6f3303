using System.Text.Json;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Tests;

public sealed class NoveltyTableTests
{
    private static readonly RunResult Run = Results.Make([1, 16], fid: 1.0 / 3, mae: 2, notes: ["a note"]);

    [Fact]
    public void Csv_HasALineForEachFigureOfEachRow_WithEveryDigit()
    {
        var set = Sample(withParts: true);
        var lines = new NoveltyTable([set]).Write(TableFormat.Csv).Split("\r\n");

        Assert.Equal("run,set,seed,training,row,control,figure,value,low,high,n,m,k,spread,features,note", lines[0]);
        Assert.Equal(1 + set.Novelty.Rows.Sum(row => row.Figures.Count) + set.Parts!.Figures.Count + set.Parts.Layers.Count, lines.Count(line => line.Length > 0));
        var kid = set.Novelty.Rows[0].Figures.Single(figure => figure.Key == "kid");
        Assert.Contains(FormattableString.Invariant($"0123456789abcdef,\"ddpm 64 (1,16)\",3407,20,generated,no,kid,{kid.Value},,,20,20,100,{kid.Spread},inception-v3 random,"), lines);
        Assert.Contains("0123456789abcdef,\"ddpm 64 (1,16)\",3407,20,copycat,yes,fid-infinity,,,,20,20,,,inception-v3 random,found 20 icons; 15 sizes of subsets need at least 30", lines);
        Assert.Contains(lines, line => line.Contains(",parts,no,recognised-eyes,"));
    }

    [Fact]
    public void Json_ReadsBackAsTheRecords()
    {
        var set = Sample(withParts: true);
        var back = JsonSerializer.Deserialize<NoveltyRecord[]>(new NoveltyTable([set]).Write(TableFormat.Json), SpecJson.Indented)!;
        Assert.Equal([new(set.Novelty, set.Run, set.Parts)], back);
    }

    [Fact]
    public void Markdown_HoldsVerdictFiguresAndFootnotes()
    {
        var set = Sample();
        var text = new NoveltyTable([set]).Write(TableFormat.Markdown);

        Assert.StartsWith($"## ddpm 64 (1,16), seed 3407\n\n{set.Novelty.Verdict.Sentence}\n\n", text, StringComparison.Ordinal);
        Assert.Contains("| figure | generated | 95 % interval | copycat | shifted copy | mirrored copy | recoloured background | held-out | uniform noise | n | m | k |\n", text);
        Assert.Matches(@"\| FID∞ \(random\) \| [\d.]+ \| \[.*\] \| – \(1\) \|", text);
        Assert.Contains("\n1. found 20 icons; 15 sizes of subsets need at least 30", text);
        Assert.Contains("2. random features: not comparable with published FID\n", text);
    }

    [Fact]
    public void Latex_HasAColumnForEachRow_AndEscapesWhatLatexWouldRead()
    {
        var text = new NoveltyTable([Sample()]).Write(TableFormat.Latex);

        Assert.Contains("\\begin{tabular}{lrrrrrrrrrrr}\n\\toprule\nfigure & generated & 95 \\% interval &", text);
        Assert.Contains("FID$\\infty$ (random) &", text);
        Assert.DoesNotContain("\u00a0", text);
    }

    [Fact]
    public void Html_EncodesWhatABrowserWouldRead() =>
        Assert.Contains("<li>&lt;b&gt;a note that looks like markup&lt;/b&gt; &amp; more</li>", new NoveltyTable([Sample()]).Write(TableFormat.Html));

    [Theory]
    [InlineData(0.03906, "share", "3.91 %")]
    [InlineData(1.0, "share", "100 %")]
    [InlineData(97.25, "%", "97.3 %")]
    [InlineData(-2.5, "σ", "−2.50")]
    [InlineData(0.00004, "", "4.0e−5")]
    [InlineData(12.34, "of 255", "12.3")]
    [InlineData(null, "of 255", "–")]
    public void Figures_HaveAsManyDigitsAsSaySomething(double? value, string unit, string text) =>
        Assert.Equal(text.Replace(" %", "\u00a0%"), FigureText.Value(value, unit));

    private static ReportedSet Sample(bool withParts = false) =>
        NoveltySample.Make(NoisyIcons.Make(20, 8, 1), NoisyIcons.Make(20, 8, 2), "sample", Run, withParts);
}
