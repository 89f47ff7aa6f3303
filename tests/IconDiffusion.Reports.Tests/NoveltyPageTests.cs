using System.Text.Json;
using System.Text.RegularExpressions;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Tests;

/// <summary>What the page's text holds; tests/IconDiffusion.Browser.Tests looks at it in a browser.</summary>
public sealed class NoveltyPageTests
{
    [Fact]
    public void OneSet_HasItsOwnVerdictForAHeadline_AndNoMarkupOfOthers()
    {
        var set = Sample(20);
        var page = NoveltyPage.Compose("a <b>title</b>", [set]);

        Assert.Contains("closer to one training icon than 99\u00a0% of training icons lie to each other <small>(aligned distance", page);
        Assert.Contains("a &lt;b&gt;title&lt;/b&gt;", page);
        Assert.Contains("&lt;b&gt;a note that looks like markup&lt;/b&gt; &amp; more", page);
        Assert.DoesNotContain("<b>a note", page);
        Assert.DoesNotContain("id=\"compare\"", page);
    }

    [Fact]
    public void SeveralSets_AreCountedTogetherAndCompared()
    {
        ReportedSet[] sets = [Sample(20), Sample(16)];
        var page = NoveltyPage.Compose("grid", sets);

        var copies = sets.Sum(set => set.Novelty.Verdict.Copies);
        Assert.Contains($"Copies found: {copies} of 40 icons in 2 sets lie ", page);
        Assert.Contains("Copying against the size of the training set", page);
        Assert.Contains("sample, 16 icons", page);
    }

    [Fact]
    public void RunsThatWereLookedAt_BeginWithTheAnswer_AndWhatWouldHelp()
    {
        var run = Results.Make([1, 2], 1, 1, []);
        var window = new TrainingWindow { State = WindowState.Ahead, Step = 700, Looks = 5, Copies = 0, Icons = 64, HeldOut = 0, Result = 700 };
        var set = NoveltySample.Make(NoisyIcons.Make(20, 16, 1), NoisyIcons.Make(20, 16, 2), "sample", run with { Training = run.Training with { Window = window } });
        var answer = Answer.Of([(set.Run!, set.Novelty)]);

        var page = NoveltyPage.Compose("asked", [set]);

        Assert.Equal((AnswerKind.NotYet, true), (answer.Kind, answer.Advice.Count > 0));
        Assert.Contains($"<h1>{answer.Sentence}</h1>", page);
        Assert.All(answer.Advice, advice => Assert.Contains($"<li>{advice}</li>", page));
        Assert.Contains($"<p class=\"sentence\">{set.Novelty.Verdict.Sentence.Split(" (")[0].Replace(" %", "\u00a0%")}", page);
    }

    [Fact]
    public void RunsThatWereToldTags_AreComparedInTheOrderOfTheirGuidance()
    {
        var run = Results.Make([1, 2], 1, 1, []);
        ReportedSet Told(double guidance, double shown)
        {
            var spec = run.Spec with { Sampling = run.Spec.Sampling with { Sampler = new DdimSpec { Guidance = guidance } } };
            var set = NoveltySample.Make(NoisyIcons.Make(20, 16, 1), NoisyIcons.Make(20, 16, 2), "sample", run with { Spec = spec }, withParts: true);
            return set with { Parts = set.Parts! with { Figures = [.. set.Parts.Figures, new("asked-shown", shown, shown - 0.05, shown + 0.05, 20, 20)] } };
        }

        var page = NoveltyPage.Compose("tags", [Told(8, 0.91), Told(0, 0.34)]);

        var section = page[page.IndexOf("id=\"asked\"", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("</section>", StringComparison.Ordinal)];
        Assert.Matches(new Regex("guidance 0<.*<td>0<.*34.*\\[29, 39\\].*guidance 8<.*<td>8.*91.*\\[86, 96\\]", RegexOptions.Singleline), section);
        Assert.DoesNotContain("id=\"asked\"", NoveltyPage.Compose("plain", [Sample(20), Sample(16)]));
    }

    [Fact]
    public void RunsFromOtherWeights_AreHeldAgainstTheSurveysOrder()
    {
        var run = Results.Make([1, 2], 1, 1, []);
        ReportedSet From(string? source, AdaptationSpec? adaptation, double copies, double diversity)
        {
            var spec = run.Spec with { Training = run.Spec.Training with { From = source, Adaptation = adaptation } };
            var set = Sample(20) with { Run = run with { Spec = spec } };
            return set with
            {
                Novelty = set.Novelty with { Rows = [set.Novelty.Rows[0] with { Figures = [new("copies", copies, copies - 0.1, copies + 0.1), new("cluster-diversity", diversity, diversity - 0.01, diversity + 0.01)] }] },
            };
        }

        ReportedSet[] sets = [From("0123456789ab", new PairwiseSpec(), 0.3, 0.2), From(null, null, 0.9, 0.05), From("0123456789ab", null, 0.35, 0.04)];
        var steps = TransferSection.Order(SeedGroup.Of(new(sets))).ToDictionary(step => (step.Key, step.First), step => step.Verdict);

        Assert.Equal(
            new Dictionary<(string, Start), OrderVerdict>
            {
                [("copies", Start.FineTuned)] = OrderVerdict.Kept,
                [("copies", Start.Pairwise)] = OrderVerdict.NotSettled,
                [("cluster-diversity", Start.FineTuned)] = OrderVerdict.TurnedRound,
                [("cluster-diversity", Start.Pairwise)] = OrderVerdict.Kept,
            }, steps);
        Assert.Contains("id=\"transfer\"", NoveltyPage.Compose("few", sets));
        Assert.DoesNotContain("id=\"transfer\"", NoveltyPage.Compose("plain", [Sample(20), Sample(16)]));
    }

    [Fact]
    public void ARunThatEnlarges_IsHeldAgainstInterpolation_AndOthersAreNot()
    {
        string Section(EnlargedReport report, byte[]? picture) =>
            NoveltyPage.Compose("large", [Sample(20) with { Enlarged = new(report, picture) }]) is var page && page.IndexOf("Enlarging held-out icons", StringComparison.Ordinal) is var start && start < 0
                ? "" : page[start..page.IndexOf("<h3>All figures", StringComparison.Ordinal)];

        var section = Section(NoveltySample.Enlarged(-0.125), [1, 2, 3]);

        Assert.Matches(new Regex("bicubic<.*21.5.*Lanczos<.*22.5.*the run<.*23.5.*the run less bicubic<.*2.*the run less Lanczos<.*1.", RegexOptions.Singleline), section);
        Assert.Contains("base64,AQID", section);
        // Bicubic interpolation is the nearer one.
        Assert.Equal(3, new[] { -0.125, 0.125, 0 }.Select(gain => EnlargedSection.Sentence(NoveltySample.Enlarged(gain))).Where(sentence => sentence.Contains("bicubic")).Distinct().Count());
        Assert.DoesNotContain("<table", Section(NoveltySample.Enlarged(0) with { Count = 0, Rows = [] }, null));
        Assert.DoesNotContain("Enlarging", NoveltyPage.Compose("plain", [Sample(20)]).Split("<script", 2)[0]);
        var json = new NoveltyTable([Sample(20) with { Enlarged = new(NoveltySample.Enlarged(0), null) }]).Write(TableFormat.Json);
        Assert.Equal(3, JsonDocument.Parse(json).RootElement[0].GetProperty("enlarged").GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public void ThePage_NamesNoAddressToLoad() =>
        // The name of SVG's own elements is no address here: inline SVG needs none.
        Assert.DoesNotMatch(new Regex("https?://|url\\((?!data:)|src=|<link|@import"), NoveltyPage.Compose("page", [Sample(20)]));

    [Fact]
    [Trait("Speed", "Slow")]
    public void SixRunsOfNoisyIcons_StayBelowFifteenMegabytes()
    {
        // The worst case: no pixel like its neighbour. Icons are as large as they come where they are few.
        var set = NoveltySample.Make(NoisyIcons.Make(8, 128, 1), NoisyIcons.Make(60, 128, 2), "noise");
        Assert.Contains("--s:128", NoveltyPage.Compose("page", [set]));
        var page = NoveltyPage.Compose("page", [.. Enumerable.Range(0, 6).Select(i => set with { Training = set.Training })]);
        Assert.InRange(page.Length, 5_000_000, 15_000_000);
    }

    [Fact]
    public void SetsWithoutNeighboursMapsOrHeldOutIcons_AreShownAllTheSame()
    {
        var set = Sample(20);
        var bare = set with
        {
            Novelty = set.Novelty with
            {
                HeldOutCount = 0, Rows = [set.Novelty.Rows[0] with { Figures = [new Figure("ct-aligned", null, Note: "C_T needs held-out icons; none were set aside")] }],
                Icons = [.. set.Novelty.Icons.Select(icon => icon with { Nearest = [.. icon.Nearest.Select(each => each with { Second = null, Percentile = null })], Sources = icon.Sources with { Map = null } })],
                Duplicates = [],
            },
        };
        Assert.Contains("C_T needs held-out icons", NoveltyPage.Compose("page", [bare]));
    }

    [Fact]
    public void NoSet_IsRefused() => Assert.Throws<ArgumentException>(() => NoveltyPage.Compose("page", []));

    [Theory]
    [InlineData(0, 1, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(0, 44, new double[] { 0, 10, 20, 30, 40 })]
    [InlineData(3, 3, new double[] { 3 })]
    public void Ticks_AreRoundNumbers(double low, double high, double[] wanted) => Assert.Equal(wanted, Ticks.Between(low, high));

    [Fact]
    public void AFigureOverSeeds_IsTheirMeanAndSpread()
    {
        var run = Results.Make([1, 16], 1, 2, []);
        ReportedSet[] sets = [.. ((double[])[0.1, 0.3]).Select((share, seed) => Sample(20) with
        {
            Run = run with { Spec = run.Spec with { Seed = seed } },
        }).Select((set, i) => set with
        {
            Novelty = set.Novelty with { Rows = [set.Novelty.Rows[0] with { Figures = [new Figure("copies", i == 0 ? 0.1 : 0.3)] }] },
        })];

        var group = Assert.Single(SeedGroup.Of(new(sets)));
        Assert.Equal(0.2, group.Mean("copies")!.Value, 12);
        // N − 1: √((0.1² + 0.1²) / 1).
        Assert.Equal($"± {FigureText.Share(Math.Sqrt(0.02))}", group.SpreadText("copies"));
    }

    private static ReportedSet Sample(int training) => NoveltySample.Make(NoisyIcons.Make(training, 8, 1), NoisyIcons.Make(20, 8, 2), "sample");
}
