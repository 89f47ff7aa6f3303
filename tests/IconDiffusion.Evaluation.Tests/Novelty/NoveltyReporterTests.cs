using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Tests.Novelty;

/// <summary>Whole reports on icons of 16 px: eight training icons, three of six generated icons being copies in disguise.</summary>
public sealed class NoveltyReporterTests : IClassFixture<NoveltyReporterTests.Reports>
{
    private const int Size = 16;

    private static readonly IconPixels Training = Draw(8, 1, parts: 3), HeldOut = Draw(4, 2, parts: 12), Fresh = Draw(3, 7, parts: 12);

    private static readonly IconPixels Generated = Join(
        Controls.Shifted(Part(Training, 1), 1, 5), Part(Training, 4).Mirrored(), Part(Training, 6), Part(Fresh, 0), Part(Fresh, 1), Part(Fresh, 2));

    private readonly Reports _reports;

    public NoveltyReporterTests(Reports reports) => _reports = reports;

    [Fact]
    public void EverySet_HasEveryFigure_InTheCataloguesOrder()
    {
        var report = _reports.First;
        var wanted = FigureCatalogue.All.Where(each => !each.Key.Contains("descriptor")).Select(each => each.Key);

        Assert.Equal(
            ["generated", "copycat", "shifted copy", "mirrored copy", "recoloured background", "held-out", "uniform noise"], report.Rows.Select(row => row.Name));
        Assert.All(report.Rows, row => Assert.Equal(wanted, row.Figures.Select(figure => figure.Key)));
        Assert.All(report.Rows.SelectMany(row => row.Figures), figure => Assert.True(figure.Value is { } value ? double.IsFinite(value) : figure.Note is not null, figure.Key));
        Assert.Equal([DistanceSpace.Pixel, DistanceSpace.Aligned, DistanceSpace.Feature], report.Calibration.Select(each => each.Space));
        Assert.All(report.Rows, row => Assert.All(row.Distances, each => Assert.Equal(row.Count, each.Values.Count)));
    }

    [Fact]
    public void CopiesInDisguise_AreFlagged_WithTheirSources()
    {
        var report = _reports.First;
        NearestIcon Aligned(int icon) => report.Icons[icon].Nearest.Single(nearest => nearest.Space == DistanceSpace.Aligned);

        Assert.Equal([true, true, true, false, false, false], report.Icons.Select(icon => icon.IsCopy));
        Assert.Equal([1, 4, 6], [Aligned(0).Index, Aligned(1).Index, Aligned(2).Index]);
        Assert.Equal("icon 4", Aligned(1).Name);
        Assert.True(Aligned(1).Mirrored);
        Assert.Equal(0, Aligned(2).Distance);
        Assert.Equal(3, report.Verdict.Copies);
        Assert.StartsWith("Copies found: 3 of 6 icons lie closer to one training icon than 99 % of training icons lie to each other (aligned distance below ", report.Verdict.Sentence);
        Assert.Contains("Of 8 mirrored copies, 8 were found.", report.Verdict.Checks);
        Assert.Contains("Of 4 held-out icons, 0 are called copies by the same rule.", report.Verdict.Checks);
        Assert.DoesNotContain(RuleCheck.Of(report), check => check.IsWarning);
    }

    [Fact]
    public void TheOrderOfIcons_ChangesNothingElse()
    {
        int[] order = [3, 0, 5, 1, 4, 2], ofTraining = [7, 2, 0, 5, 1, 6, 3, 4];
        var again = _reports.Make(Pick(Generated, order), Pick(Training, ofTraining), Pick(HeldOut, [2, 0, 3, 1]), ofTraining);
        var first = _reports.First;

        Assert.Equal(first.Verdict, again.Verdict);
        Assert.All(first.Rows.Zip(again.Rows), rows => Assert.Equal(rows.First.Figures, rows.Second.Figures));
        Assert.Equal(order.Select(i => first.Icons[i].IsCopy), again.Icons.Select(icon => icon.IsCopy));
        Assert.Equal(
            order.Select(i => first.Icons[i].Nearest.Select(nearest => (nearest.Name, nearest.Distance, nearest.Second, nearest.Percentile))),
            again.Icons.Select(icon => icon.Nearest.Select(nearest => (nearest.Name, nearest.Distance, nearest.Second, nearest.Percentile))));
        Assert.Equal(ofTraining.Select(i => first.Rows[3].Distances[0].Values[i]), again.Rows[3].Distances[0].Values);
    }

    [Fact]
    public void Scores_AreShownAsTheyStand_AndThoseOfOtherIconsRefused()
    {
        var scores = new Scores { Fid = 12.5, Mae = 7.25, MaeMirrored = 7, GeneratedCount = 6, TrainingCount = 8, Features = "none", NotComparable = [] };
        var report = _reports.Make(Generated, Training, HeldOut, scores: scores);
        double? Value(int row, string key) => report.Rows[row].Figures.Single(figure => figure.Key == key).Value;

        Assert.Equal((12.5, 7.25, -5.25), (Value(0, "fid"), Value(0, "mae"), Value(0, "nwi")));
        Assert.All(report.Rows.Skip(1).Zip(_reports.First.Rows.Skip(1)), rows => Assert.Equal(rows.First.Figures, rows.Second.Figures));
        Assert.Throws<ArgumentException>(() => _reports.Make(Generated, Training, HeldOut, scores: scores with { TrainingCount = 9 }));
    }

    [Fact]
    public void ChecksOfTheRule_AreFoundAgainInAReportThatWasRead()
    {
        var read = JsonSerializer.Deserialize<NoveltyReport>(JsonSerializer.Serialize(_reports.First, SpecJson.Compact), SpecJson.Compact)!;

        Assert.Equal(read.Verdict.Checks, RuleCheck.Of(read).Select(check => check.Sentence));
        Assert.Equal([.. Enumerable.Repeat(RuleFinding.Counted, 6), RuleFinding.ByChance], RuleCheck.Of(read).Select(check => check.Finding));
        Assert.Equal(SetKind.Shifted, read.Rows[2].Kind);
    }

    [Theory]
    [InlineData(SetKind.Mirrored, 9, RuleFinding.MissesCopies)]
    [InlineData(SetKind.HeldOut, 3, RuleFinding.WrongsOthers)]
    public void AControlThatComesOutWrong_IsAWarning(SetKind kind, int copies, RuleFinding finding)
    {
        NoveltyRow[] rows = [new(SetKind.Generated, false, 10, 0, [], []), new(kind, true, 10, copies, [], [])];

        Assert.Equal([RuleFinding.Counted, finding], RuleCheck.Of(rows, 1, []).Select(check => check.Finding));
        Assert.Equal([false, true], RuleCheck.Of(rows, 1, []).Select(check => check.IsWarning));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task OneThread_MakesTheSameReport()
    {
        var alone = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, maxConcurrencyLevel: 1).ExclusiveScheduler;
        var report = await Task.Factory.StartNew(() => _reports.Make(Generated, Training, HeldOut), CancellationToken.None, TaskCreationOptions.None, alone);

        Assert.Equal(_reports.First, report);
    }

    [Fact]
    public void AReport_ComesBackFromJson_WithoutASpecialNumber()
    {
        var json = JsonSerializer.Serialize(_reports.First, SpecJson.Indented);

        Assert.Equal(_reports.First, JsonSerializer.Deserialize<NoveltyReport>(json, SpecJson.Indented));
        Assert.DoesNotContain("NaN", json);
        Assert.DoesNotContain("Infinity", json);
    }

    [Fact]
    public void WithoutHeldOutIcons_CtIsMissing_AndSaysWhy()
    {
        var report = _reports.Make(Generated, Training, heldOut: null);
        var figure = report.Rows[0].Figures.Single(each => each.Key == "ct-aligned");

        Assert.Null(figure.Value);
        Assert.Contains("0 held-out", figure.Note);
        Assert.Contains(report.Notes, note => note.StartsWith("no icons were held out", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Rows, row => row.Kind == SetKind.HeldOut);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void OneTrainingIcon_StillMakesAReport()
    {
        var report = _reports.Make(Join(Part(Training, 6), Part(Fresh, 0)), Part(Training, 6), heldOut: null);

        Assert.Equal([true, false], report.Icons.Select(icon => icon.IsCopy));
        Assert.All(report.Icons.SelectMany(icon => icon.Nearest), nearest => Assert.Equal((null, null), (nearest.Second, nearest.Percentile)));
        Assert.Contains("on the only training picture", report.Verdict.Sentence);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void BlackIcons_AreOnePicture_ThatARepeatedTrainingSetIsFullOf()
    {
        var black = new IconPixels(new byte[3 * Size * Size * 3], Size);
        var report = _reports.Make(black, Join(Part(Training, 0), black), heldOut: null);

        Assert.All(report.Icons, icon => Assert.True(icon.IsCopy));
        Assert.Equal([1, 2, 3], report.Duplicates.Single().Icons);
        Assert.Equal(3, report.Duplicates.Single().Copies);
        Assert.All(report.Icons, icon => Assert.True(icon.Nearest[0].Second > 0));
        Assert.Contains(report.Notes, note => note.StartsWith("4 training icons are 2 pictures", StringComparison.Ordinal));
    }

    [Fact]
    public void IconsOfAnotherSize_AreRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => _reports.Make(new(new byte[32 * 32 * 3], 32), Training, null));

        Assert.Contains("32 px", error.Message);
        Assert.Contains("16 px", error.Message);
    }

    /// <summary>Makes reports with one network and one cache of features.</summary>
    public sealed class Reports : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

        private readonly FeatureExtractor _extractor = FeatureExtractor.Random(CPU);

        private readonly NoveltyReporter _reporter;

        private readonly Lazy<NoveltyReport> _first;

        public Reports()
        {
            _reporter = new(_extractor, new FeatureCache(_folder));
            _first = new(() => Make(Generated, Training, HeldOut));
        }

        public NoveltyReport First => _first.Value;

        public NoveltyReport Make(IconPixels generated, IconPixels training, IconPixels? heldOut, int[]? names = null, Scores? scores = null) => _reporter.Make(new()
        {
            Title = "test",
            Training = new([.. (names ?? [.. Enumerable.Range(0, training.Count)]).Select(i => $"icon {i}")], training),
            TrainingFingerprint = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(training.Data.Span)),
            Generated = generated,
            HeldOut = heldOut,
            Scores = scores,
            Settings = new() { Bootstrap = 40 },
        }, default);

        public void Dispose()
        {
            _extractor.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    // Rectangles on a plain background; icons of many lie far from those of few.
    private static IconPixels Draw(int count, int seed, int parts)
    {
        var pixels = new byte[count * Size * Size * 3];
        for (var i = 0; i < count; i++)
        {
            var random = new SplitMix64(seed, i);
            var icon = pixels.AsSpan(i * Size * Size * 3, Size * Size * 3);
            Fill(icon, ref random, 0, 0, Size, Size);
            for (var part = 0; part < parts; part++)
                Fill(icon, ref random, 2 + random.Below(6), 2 + random.Below(6), 3 + random.Below(4), 3 + random.Below(4));
        }
        return new(pixels, Size);
    }

    private static void Fill(Span<byte> icon, ref SplitMix64 random, int left, int top, int width, int height)
    {
        byte[] colour = [(byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256)];
        for (var y = top; y < Math.Min(Size, top + height); y++)
            for (var x = left; x < Math.Min(Size, left + width); x++)
                colour.CopyTo(icon[((y * Size + x) * 3)..]);
    }

    private static IconPixels Part(IconPixels icons, int index) => Pick(icons, [index]);

    private static IconPixels Pick(IconPixels icons, int[] which) => new((byte[])[.. which.SelectMany(i => icons[i].ToArray())], icons.ImageSize);

    private static IconPixels Join(params IconPixels[] parts) => new((byte[])[.. parts.SelectMany(part => part.Data.ToArray())], Size);
}
