using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Comparisons;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Tests.Comparisons;

public sealed class ComparisonRequestTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASetAgainstItself_HasNoDistance()
    {
        Add("a", 6, i => Pictures.Noise(16, 16, i));

        var result = Assert.Single(Run("a", "a")).Result;

        Assert.Equal(0, result.Scores.Mae);
        // Float32 features: their rounding alone.
        Assert.InRange(result.Scores.Fid, -1e-3, 1e-3);
        Assert.Equal(result.First.Fingerprint, result.Second.Fingerprint);
    }

    [Fact]
    public void BlackSets_AreCompared()
    {
        Add("a", 4, _ => new Image(16, 16, Rgb.Black));
        Add("b", 3, _ => new Image(16, 16, Rgb.Black));

        var scores = Run("a", "b")[0].Result.Scores;

        Assert.Equal((0.0, 4, 3), (scores.Mae, scores.TrainingCount, scores.GeneratedCount));
        Assert.True(double.IsFinite(scores.Fid));
    }

    [Fact]
    public void EachOtherSet_IsComparedWithTheFirst_AtTheFirstOnesSize()
    {
        Add("a", 4, i => Pictures.Noise(16, 16, i));
        Add("b", 3, i => Pictures.Noise(32, 32, 10 + i));
        Add("c", 2, i => Pictures.Noise(16, 16, 20 + i));

        var compared = Run("a", "b", "c");

        Assert.Equal([(3, 4), (2, 4)], compared.Select(each => (each.Result.Scores.GeneratedCount, each.Result.Scores.TrainingCount)));
        Assert.Equal(16, compared[0].First.Pixels.ImageSize);
        Assert.Contains("3 images resized or cropped to 16×16: pytorch-fid takes them as they are", compared[0].Result.Scores.NotComparable);
        Assert.DoesNotContain(compared[1].Result.Scores.NotComparable, note => note.Contains("resized"));
    }

    [Fact]
    public void ASecondTime_FeaturesAreThere_AndTheFiguresAreTheSame()
    {
        Add("a", 4, i => Pictures.Noise(16, 16, i));
        Add("b", 3, i => Pictures.Noise(16, 16, 10 + i));
        var scores = Run("a", "b")[0].Result.Scores;
        var files = Directory.GetFiles(Data.Weights).ToDictionary(path => path, File.GetLastWriteTimeUtc);

        Assert.Equal(2, files.Count);
        Assert.Equal(scores, Run("a", "b")[0].Result.Scores);
        Assert.Equal(files, Directory.GetFiles(Data.Weights).ToDictionary(path => path, File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void FilesLeftOut_AreCountedBesideTheFigures()
    {
        Add("a", 4, i => Pictures.Noise(16, 16, i));
        _folder.Add("a/broken.png", [1, 2, 3]);

        var result = Run("a", "a")[0].Result;

        Assert.Equal("broken.png", Assert.Single(result.First.Skipped).Name);
        Assert.Contains($"1 files of {_folder["a"]} could not be read and were left out, such as broken.png", result.Scores.NotComparable);
    }

    [Fact]
    public void AFaviconAmongIcons_IsNamed_AndTheIconsAreComparedAtTheirOwnSize()
    {
        Add("a", 6, i => Pictures.Noise(32, 32, i));
        _folder.Add("a/favicon.png", ImageFile.EncodePng(Pictures.Noise(8, 8, 7)));
        _folder.Add("a/notes.txt", "hello"u8.ToArray());
        Add("b", 3, i => Pictures.Noise(32, 32, 10 + i));
        var warnings = new List<string>();

        var compared = Run(EvaluationFigures.All, warnings.Add, "a", "b")[0];

        Assert.Equal(32, compared.First.Pixels.ImageSize);
        Assert.Equal((1, 0), (compared.Result.First.Resampled, compared.Result.Second.Resampled));
        Assert.Equal(2, warnings.Count);
        Assert.Contains(warnings, warning => warning.Contains("favicon.png"));
        Assert.Contains(warnings, warning => warning.Contains("notes.txt"));
        Assert.Equal(warnings, compared.Result.First.Warnings);
        Assert.Empty(compared.Result.Second.Warnings);
        Assert.Subset(compared.Result.Novelty!.Notes.ToHashSet(), warnings.ToHashSet());
    }

    [Fact]
    public void SetsSmallerThanTheNeighbourhoods_GetTheFiguresThatTheyCan()
    {
        Add("a", 3, i => Pictures.Noise(16, 16, i));
        Add("b", 2, i => Pictures.Noise(16, 16, 10 + i));

        var result = Run(EvaluationFigures.All, "a", "b")[0].Result;

        Assert.Equal(result.Scores.Mae, result.Figure("mae")!.Value!.Value, 1e-9);
        Assert.Null(result.Figure("precision")!.Value);
        Assert.NotNull(result.Figure("precision")!.Note);
    }

    [Fact]
    public void AnExperiment_WritesItsTables_AndTellsWhichOrderCame()
    {
        Add("a", 4, i => Pictures.Noise(16, 16, i));
        Add("b", 3, _ => new Image(16, 16, Rgb.White));
        var experiment = new ComparisonExperimentSpec
        {
            Name = "tiny",
            Comparisons = [new() { Name = "self", First = Set("a"), Second = Set("a") }, new() { Name = "white", First = Set("a"), Second = Set("b") }],
            Expected = [new() { Figure = "mae", Of = "self", Below = ["white"] }, new() { Figure = "fid", Of = "self", Above = ["white"] }],
            Evaluation = new() { Inception = InceptionWeights.Random, Figures = EvaluationFigures.Preprint },
            BesidePreprint = true,
        };

        var outcome = ComparisonRunner.Run(experiment, Data, ComputeDevice.Open("cpu", 2), (_, _, _) => { }, default);

        Assert.Equal([true, false], outcome.Checks.Select(check => check.IsMet));
        foreach (var file in new[] { "table.md", "table.csv", "table.tex", "table.html", "table.json", "pair-1/gallery.png", "pair-2/comparison.json" })
            Assert.True(File.Exists(Path.Combine(outcome.Folder, file)), file);
        Assert.Contains("| the preprint: different artists |", File.ReadAllText(Path.Combine(outcome.Folder, "table.md")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void WithoutThePublishedWeights_FiguresAreOfResNet18_InAFolderOfTheirOwn()
    {
        Add("a", 3, i => Pictures.Noise(16, 16, i));
        var silent = new ComparisonExperimentSpec
        {
            Name = "tiny",
            Comparisons = [new() { Name = "self", First = Set("a"), Second = Set("a") }],
            Evaluation = new() { Figures = EvaluationFigures.Preprint },
        };

        var resNet = ComparisonRunner.Run(silent, Data, ComputeDevice.Open("cpu", 2), (_, _, _) => { }, default);
        var random = ComparisonRunner.Run(
            silent with { Evaluation = silent.Evaluation with { Features = FeatureNetwork.Random } }, Data, ComputeDevice.Open("cpu", 2), (_, _, _) => { }, default);

        Assert.Equal(("ResNet-18", "random"), (resNet.Comparisons[0].Scores.Network, random.Comparisons[0].Scores.Network));
        Assert.NotEqual(resNet.Folder, random.Folder);
        Assert.StartsWith("| pair | n/m | FID (ResNet-18) | MAE | NWI (ResNet-18) |", File.ReadAllText(Path.Combine(resNet.Folder, "table.md")), StringComparison.Ordinal);
    }

    private DataFolder Data => new(_folder["data"]);

    private FolderSpec Set(string name) => new() { Path = _folder[name], ImageSize = 16 };

    private void Add(string set, int count, Func<int, Image> draw)
    {
        for (var i = 0; i < count; i++)
            _folder.Add($"{set}/{i}.png", ImageFile.EncodePng(draw(i)));
    }

    private IReadOnlyList<ComparedIcons> Run(params string[] sets) => Run(EvaluationFigures.Preprint, sets);

    private IReadOnlyList<ComparedIcons> Run(EvaluationFigures figures, params string[] sets) => Run(figures, null, sets);

    private IReadOnlyList<ComparedIcons> Run(EvaluationFigures figures, Action<string>? warn, params string[] sets) => new ComparisonRequest
    {
        First = Set(sets[0]),
        Others = [.. sets.Skip(1).Select(Set)],
        SkipUnreadable = true,
        Evaluation = new() { Inception = InceptionWeights.Random, Figures = figures },
    }.Run(Data, ComputeDevice.Open("cpu", 2), (_, _, _) => { }, default, warn);
}
