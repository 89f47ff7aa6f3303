using IconDiffusion.Specs.Comparisons;

namespace IconDiffusion.Specs.Tests;

public class ComparisonFileTests
{
    private const string Early = """{ "source": "noto-faces", "release": "early" }""";
    private const string OpenMoji = """{ "source": "openmoji-faces", "release": "new" }""";
    private const string Pair = $$"""{ "name": "a", "first": {{Early}}, "second": {{OpenMoji}} }""";

    private static ComparisonExperimentSpec Parse(string comparisons, string more = "") =>
        ComparisonFile.TryParse(new($$"""{ "name": "t", "comparisons": {{comparisons}} {{more}} }""", "t.json", Folder: null))!;

    private static string ErrorOf(string comparisons, string more = "") =>
        Assert.Throws<ExperimentException>(() => Parse(comparisons, more)).Message;

    [Fact]
    public void Pairs_AreReadInOrder()
    {
        var experiment = Parse($$"""[{{Pair}}, { "name": "b", "first": {{Early}}, "second": { "source": "folder", "path": "x" } }]""");

        Assert.Equal(["a", "b"], experiment.Comparisons.Select(pair => pair.Name));
        Assert.Equal(new NotoFacesSpec { Release = FaceRelease.Early }, experiment.Comparisons[0].First);
        Assert.Equal(new OpenMojiFacesSpec { Release = FaceRelease.New }, experiment.Comparisons[0].Second);
        Assert.False(experiment.BesidePreprint);
    }

    [Theory]
    [InlineData("[]", "comparisons is empty; wanted at least one pair.")]
    [InlineData("[{}]", "comparisons[0] lacks the key")]
    [InlineData($$"""[{{Pair}}, { "name": "b", "first": {{Early}}, "secnd": {{Early}} }]""", "unknown key 'comparisons[1].secnd' (did you mean 'second'?)")]
    [InlineData($$"""[{{Pair}}, {{Pair}}]""", "2 comparisons are named 'a'; wanted a name of its own for each.")]
    [InlineData($$"""[{ "name": "a", "first": {{Early}}, "second": { "source": "emoji" } }]""", "wanted one of \"noto-faces\", \"openmoji-faces\", \"twemoji-faces\"")]
    [InlineData($$"""[{ "name": "a", "first": {{Early}}, "second": { "source": "noto-faces", "release": "old" } }]""", "wanted one of all, early, new")]
    [InlineData($$"""[{ "name": "a", "first": {{Early}}, "second": { "source": "noto-faces", "count": 1 } }]""", "comparison 'a', second: dataset.count is 1")]
    [InlineData($$"""[{ "name": "a", "first": {{Early}}, "second": { "source": "noto-faces", "imageSize": 32 } }]""", "the first set's imageSize is 128, the second's 32")]
    public void WhatIsWrongWithAPair_IsNamed(string comparisons, string message) => Assert.Contains(message, ErrorOf(comparisons));

    [Theory]
    [InlineData("""{ "figure": "fud", "of": "a", "below": ["a"] }""", "expected.figure is 'fud'; wanted one of copies, fid,")]
    [InlineData("""{ "figure": "fid", "of": "a" }""", "'a' stands neither below nor above another comparison")]
    [InlineData("""{ "figure": "fid", "of": "a", "above": ["b"] }""", "expected names the comparison 'b'; there is 'a'.")]
    [InlineData("""{ "figure": "fid", "of": "a", "over": ["a"] }""", "unknown key 'expected[0].over'")]
    public void WhatIsWrongWithAnExpectedOrder_IsNamed(string expected, string message) =>
        Assert.Contains(message, ErrorOf($"[{Pair}]", $", \"expected\": [{expected}]"));

    [Fact]
    public void AFileOfRuns_IsLeftToTheExperimentFile() => Assert.Null(ComparisonFile.TryParse(new("""{ "name": "t", "model": {} }""", "t.json", Folder: null)));

    [Fact]
    public void FoldersAndNetworks_LieBesideTheFile() => Assert.Equal(
        (new FolderSpec { Path = Path.GetFullPath("/files/art/a") }, new FolderSpec { Path = Path.GetFullPath("/files/b") }, Path.GetFullPath("/files/mine.onnx")),
        ComparisonFile.TryParse(new(
            """
            { "name": "t", "evaluation": { "features": "mine.onnx" }, "comparisons": [{
              "name": "a", "first": { "source": "folder", "path": "art/a" }, "second": { "source": "folder", "path": "art/../b" } }] }
            """, "t.json", Path.GetFullPath("/files"))) is { } read ? (read.Comparisons[0].First, read.Comparisons[0].Second, read.Evaluation.Features!.File) : default);

    [Fact]
    public void OtherCommands_SayWhichOneTakesComparisons() => Assert.Contains(
        "'icon run' takes it",
        Assert.Throws<ExperimentException>(() => ExperimentFile.Parse($$"""{ "name": "t", "comparisons": [{{Pair}}] }""", "t.json")).Message);

    [Fact]
    public void AllFaces_AreWrittenAsBefore_SoThatExperimentsKeepTheirNames() => Assert.DoesNotContain(
        "release", System.Text.Json.JsonSerializer.Serialize<DatasetSpec>(new NotoFacesSpec(), SpecJson.Compact));

    [Theory]
    [InlineData("noto-faces", typeof(NotoFacesSpec), FaceRelease.All)]
    [InlineData("noto-faces-early", typeof(NotoFacesSpec), FaceRelease.Early)]
    [InlineData("twemoji-faces-new", typeof(TwemojiFacesSpec), FaceRelease.New)]
    public void BuiltInSets_HaveNames(string name, Type source, FaceRelease release)
    {
        var spec = Assert.IsAssignableFrom<HumanFacesSpec>(DatasetName.Read(name));

        Assert.Equal((source, release), (spec.GetType(), spec.Release));
    }

    [Fact]
    public void AnyOtherName_IsAFolder() => Assert.Equal(new FolderSpec { Path = "faces" }, DatasetName.Read("faces"));
}
