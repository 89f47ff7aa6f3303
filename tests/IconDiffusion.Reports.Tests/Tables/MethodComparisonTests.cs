using System.Text.Json;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Tests.Tables;

public sealed class MethodComparisonTests
{
    private const string Source = "5555555555555555";

    private static readonly ModelSpec Unet = new DdpmSpec { Unet = new() { Dim = 32, DimMults = [1, 2, 4] } };
    private static readonly ReportedSet Sample = NoveltySample.Make(NoisyIcons.Make(20, 8, 1), NoisyIcons.Make(20, 8, 2), "sample");

    // Two seeds of a GAN, a U-Net from noise and one from another training set's weights, an hourglass that is told tags.
    private static readonly ReportedSet[] Several =
    [
        Set("1111111111111111", new DcganSpec { GeneratorChannels = 32 }, fid: 700, kid: 30, copies: 0, mae: 20, minutes: 2.5, seconds: 0.02),
        Set("2222222222222222", new DcganSpec { GeneratorChannels = 32 }, fid: 690, kid: 34, copies: 0.125, mae: 22, minutes: 2.4, seconds: 0.04, seed: 3408),
        Set("3333333333333333", Unet, fid: 357, kid: 9, copies: 0, mae: 19.8, minutes: 2.6, seconds: 1.25),
        Set("4444444444444444", Unet, fid: 59, kid: 1.5, copies: 0.25, mae: 12, minutes: 2.6, seconds: 1.25, from: Source),
        Set("6666666666666666", new DdpmSpec { Unet = new() { Dim = 16, DimMults = [1, 4, 16] }, Condition = ModelCondition.Tags }, fid: 520, kid: 12, copies: 0, mae: 21.1, minutes: 3, seconds: 2.5, shown: 0.55),
        Set(Source, Unet, fid: 300, kid: 8, copies: 0, mae: 18, minutes: 3.5, seconds: 1.25, fingerprint: 'c'),
    ];

    [Fact]
    public void Markdown_HasARowForEachMethod_WithItsMeasuredCellsAlone() => Assert.Equal(
        """
        ## Methods beside one another

        | method | model | a new picture needs | seeds | FID (random) | KID (random) | Copies | MAE | asked for and shown | training, minutes | before it, minutes | a picture, seconds |
        |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
        | DCGAN | dcgan 32 | nothing | 2 | 695 [690, 700] | 32.0 [30.0, 34.0] | 6.25 % [0, 12.5] | 21.0 [20.0, 22.0] | not measured | 2.45 [2.40, 2.50] | – | 0.0300 [0.0200, 0.0400] |
        | diffusion | ddpm 32 (1,2,4) | nothing | 1 | 357 [350, 364] | 9.00 ± 0.90 | 0 % [0, 2] | 19.8 [19.4, 20.2] | not measured | 2.60 | – | 1.25 |
        | diffusion, fine-tuned | ddpm 32 (1,2,4), fine-tuned | nothing | 1 | 59.0 [57.8, 60.2] | 1.50 ± 0.15 | 25 % [23, 27] | 12.0 [11.8, 12.2] | not measured | 2.60 | 3.50 | 1.25 |
        | diffusion, hourglass | ddpm 16 (1,4,16) tags | tags | 1 | 520 [510, 530] | 12.0 ± 1.20 | 0 % [0, 2] | 21.1 [20.7, 21.5] | 55 % [53, 57], by chance 18 % | 3.00 | – | 2.50 |

        1. All learned from the same 20 icons of 8 px.
        2. Of one seed: in brackets the 95 % interval over icons, behind ± the standard deviation over subsets of them.
        3. Of several seeds: the median, in brackets the least and the greatest.
        4. Asked for and shown: the share of the parts asked for that icons show.
        5. Before it: the training of the runs whose weights it starts from, or whose icons it enlarges.
        6. Minutes and seconds are those that the runs' own clocks counted while they worked, whatever else the machine did: cpu, 2 threads.

        """,
        Of(Several).Write(TableFormat.Markdown).Replace('\u00a0', ' '));

    [Fact]
    public void OneRunDrawnInTwoWays_IsTwoRows_AndIsNotTakenForTwoSeeds()
    {
        ReportedSet[] sets = [Several[0], Several[2], By(new DdimSpec { Steps = 20, Eta = 1 }), By(new DpmSolverSpec { Steps = 20 })];

        Assert.Equal(
            [("dcgan 32", 1), ("ddpm 32 (1,2,4), sampler ancestral", 1), ("ddpm 32 (1,2,4), sampler ddim", 1), ("ddpm 32 (1,2,4), sampler dpm-solver++", 1)],
            Of(sets).Tables[0].Methods.Select(method => (method.Label, method.Seeds.Count)));
        Assert.Equal(4, SeedGroup.Of(new(sets)).Length);
        Assert.Contains("## ddpm 32 (1,2,4), sampler dpm-solver++, seed 3407\n", new NoveltyTable(sets).Write(TableFormat.Markdown));

        ReportedSet By(SamplerSpec sampler) => Several[2] with { Run = Several[2].Run! with { Spec = Several[2].Run!.Spec with { Sampling = new() { Sampler = sampler } } } };
    }

    [Fact]
    public void ThePage_HasTheSameTable_AndNoneWhereAllRunsAreOfOneMethod()
    {
        var page = NoveltyPage.Compose("methods", Several);
        var section = page[page.IndexOf("<h3 id=\"methods\">", StringComparison.Ordinal)..];
        Assert.Equal(
            "<h3 id=\"methods\">Methods beside one another</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Methods beside one another\">\n" +
            $"{Of(Several).Write(TableFormat.Html)}</div>\n",
            section[..(section.IndexOf("</div>\n", StringComparison.Ordinal) + "</div>\n".Length)]);

        ReportedSet[] one = [Several[0], Several[1], Set("7777777777777777", new DcganSpec { GeneratorChannels = 64 }, 1, 1, 0, 1, 1, 1)];
        Assert.Empty(Of(one).Tables);
        Assert.DoesNotContain("id=\"methods\"", NoveltyPage.Compose("seeds", one));
    }

    [Fact]
    public void MethodsOnOtherIcons_OrSeenByAnotherNetwork_StandInNoTableWithThem()
    {
        var other = Several[2] with { Novelty = Several[2].Novelty with { Features = "resnet18-imagenet e2552f19" } };
        Assert.Empty(Of([Several[0], other]).Tables);
        Assert.Empty(Of([Several[0], Several[5]]).Tables);
        Assert.Single(Of([Several[0], Several[2], other]).Tables);
    }

    [Fact]
    public void Csv_KeepsEveryDigit()
    {
        var lines = Of([Several[3], Several[4]]).Write(TableFormat.Csv).Split("\r\n");
        Assert.Equal(
            "training_set,training_icons,image_size,features,method,model,new_picture_needs,seeds,fid,fid_low,fid_high,kid,kid_low,kid_high,copies,copies_low,copies_high,mae,mae_low,mae_high," +
            "asked_shown,asked_shown_low,asked_shown_high,asked_by_chance,asked_by_chance_low,asked_by_chance_high,training_minutes,training_minutes_low,training_minutes_high," +
            "minutes_before,minutes_before_low,minutes_before_high,seconds_per_picture,seconds_per_picture_low,seconds_per_picture_high,devices", lines[0]);
        // The run before it is not among these.
        Assert.Equal(
            $"{new string('a', 64)},20,8,inception-v3 random,\"diffusion, fine-tuned\",\"ddpm 32 (1,2,4), fine-tuned\",nothing,3407,59,57.82,60.18,1.5,,,0.25,0.23,0.27,12,11.76,12.24,,,,,,,2.6,,,,,,1.25,,,\"cpu, 2 threads\"", lines[1]);
        Assert.Equal(4, lines.Length);
        Assert.Equal("", lines[3]);
    }

    [Fact]
    public void WhatNobodyKnows_IsSaidToBeUnknown_AndDevicesStandBesideMinutesWhereTheyDiffer()
    {
        var drawn = Several[2].Run!;
        var table = Of([Several[3], Several[2] with { Run = drawn with { Sampling = drawn.Sampling with { Time = TimeSpan.Zero }, Provenance = drawn.Provenance with { Device = "RTX 3080" } } }]).Tables[0];

        Assert.Equal(["training, minutes", "before it, minutes", "a picture, seconds", "device"], MethodComparison.Header(table).Skip(9));
        Assert.Equal(["2.60", "not known", "1.25", "cpu, 2 threads"], MethodComparison.Cells(table)[0].Skip(9));
        Assert.Equal(["2.60", "–", "–", "RTX 3080, 2 threads"], MethodComparison.Cells(table)[1].Skip(9));
        Assert.All(MethodComparison.Cells(table), cells => Assert.Equal(MethodComparison.Header(table).Count, cells.Count));
    }

    [Fact]
    public void ContentIcons_AreNoTrainingBefore()
    {
        var drawn = Several[2].Run!;
        var style = drawn with
        {
            Spec = drawn.Spec with { Model = new StyleTransferSpec { Content = new TwemojiFacesSpec { ImageSize = 8 } } },
            Training = drawn.Training with { Origins = [new() { IsContent = true, WeightsHash = "w", Rests = "w" }] },
        };

        var table = Of([Several[0], Several[2] with { Run = style }]).Tables[0];

        Assert.Equal(("style transfer", null), (table.Methods[1].Method, table.Methods[1].MinutesBefore));
        Assert.DoesNotContain("before it, minutes", MethodComparison.Header(table));
    }

    [Fact]
    public void AReportsFolder_HasThemAsFiles_WhereThereAreSeveral()
    {
        using var folder = new TempFolder();
        string[] alone = ["report.json", "report.csv", "report.md", "report.tex"];
        Assert.Equal(alone, NoveltyFiles.WriteTables(folder.Path, [Several[0]]));
        Assert.Equal([.. alone, "methods.json", "methods.csv", "methods.md", "methods.tex"], NoveltyFiles.WriteTables(folder.Path, Several));
        Assert.Equal(Of(Several).Write(TableFormat.Latex), File.ReadAllText(Path.Combine(folder.Path, "methods.tex")));
    }

    [Fact]
    public void Json_ReadsBackAsTheTables() => Assert.Equal(Of(Several).Tables, JsonSerializer.Deserialize<ComparedMethods[]>(Of(Several).Write(TableFormat.Json), SpecJson.Indented));

    [Theory]
    [InlineData(new[] { 1, 16 }, true)]
    [InlineData(new[] { 1, 4, 16 }, true)]
    [InlineData(new[] { 1, 2, 4, 8 }, false)]
    [InlineData(new[] { 1, 2, 8 }, false)]
    [InlineData(new[] { 1 }, false)]
    public void AnHourglass_IsToldByItsChannels(int[] mults, bool isHourglass) => Assert.Equal(isHourglass, new UnetSpec { Dim = 8, DimMults = [.. mults] }.IsHourglass);

    [Fact]
    public void TagsThatCountForNothing_NeedNotBeBrought()
    {
        var told = Several[4].Run!.Spec;
        Assert.Equal(PictureInput.Tags, told.Input);
        Assert.Equal(PictureInput.Nothing, (told with { Sampling = new() { Sampler = new DdimSpec { Guidance = 0 } } }).Input);
    }

    private static MethodComparison Of(IReadOnlyList<ReportedSet> sets) => MethodComparison.Of([.. sets.Select(set => new MethodRun(set.Run!, set.Novelty, set.Parts))]);

    private static ReportedSet Set(
        string id, ModelSpec model, double fid, double kid, double copies, double mae, double minutes, double seconds, int seed = 3407, string? from = null, char fingerprint = 'a', double? shown = null)
    {
        var run = Results.Make([1, 2], fid, mae, []);
        var rows = Sample.Novelty.Rows;
        var parts = shown is not { } share ? null : new RecombinationReport
        {
            Count = 20, TrainingCount = 20, Layers = [], Icons = [], Figures = [new("asked-shown", share, share - 0.02, share + 0.02), new("asked-by-chance", 0.18)],
        };
        return Sample with
        {
            Run = run with
            {
                RunId = id,
                Spec = run.Spec with { Seed = seed, Model = model, Training = new() { From = from } },
                DatasetFingerprint = new(fingerprint, 64),
                Training = run.Training with { Time = TimeSpan.FromMinutes(minutes), Origins = from is null ? null : [new() { Run = from, WeightsHash = "w", Rests = "r" }] },
                Sampling = new() { Count = 128, Time = TimeSpan.FromSeconds(128 * seconds) },
            },
            Parts = parts,
            Novelty = Sample.Novelty with
            {
                Rows =
                [
                    rows[0] with
                    {
                        Figures =
                        [
                            new("copies", copies, Math.Max(0, copies - 0.02), copies + 0.02, 20, 20), new("fid", fid, fid * 0.98, fid * 1.02, 20, 20), new("kid", kid, Spread: kid / 10), new("mae", mae, mae * 0.98, mae * 1.02),
                        ],
                    },
                    .. rows.Skip(1),
                ],
            },
        };
    }
}
