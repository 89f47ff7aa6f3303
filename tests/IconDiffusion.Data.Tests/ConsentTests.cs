using System.Text;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public class ConsentTests
{
    private const string Whole = """{ "artist": "A. Painter", "licence": "CC BY 4.0", "scope": "research", "expiry": "2030-06-15" }""";

    [Fact]
    public void NoFile_IsNoConsentAndNoProblem()
    {
        using var folder = Icons(consent: null);
        var report = Check(folder, new(2030, 6, 15));

        Assert.Null(report.Consent);
        Assert.Empty(report.Problems);
    }

    [Fact]
    public void WholeFile_IsShown()
    {
        using var folder = Icons(Whole);
        var report = Check(folder, new(2030, 6, 15));

        Assert.Equal(new Consent("A. Painter", "CC BY 4.0", "research", new DateOnly(2030, 6, 15)), report.Consent);
        Assert.Empty(report.Problems);  // the last day counts
        Assert.Empty(report.Ignored);
    }

    [Fact]
    public void ScopeAndExpiry_MayBeLeftOut()
    {
        using var folder = Icons("""{ "artist": "A", "licence": "B" }""");
        Assert.Equal(new Consent("A", "B"), Check(folder, new(2999, 1, 1)).Consent);
    }

    [Fact]
    public void DayAfterTheLast_TrainingIsRefused()
    {
        using var folder = Icons(Whole);
        var error = Assert.Throws<DatasetException>(() => DatasetSource.Prepare(Spec(folder), new FixedClock(2030, 6, 16)));

        Assert.Contains("ended on 2030-06-15", error.Message);
        Assert.Contains("A. Painter", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("""{ "artist": "A" }""")]
    [InlineData("""{ "artist": "A", "licence": " " }""")]
    [InlineData("""{ "artist": "A", "licence": "B", "expiry": "tomorrow" }""")]
    [InlineData("""{ "artist": "A", "licence": "B", "expires": "2030-06-15" }""")]
    public void FaultyFile_IsAProblemThatNamesIt(string consent)
    {
        using var folder = Icons(consent);
        var problem = Assert.Single(Check(folder, new(2030, 6, 15)).Problems);

        Assert.Contains("consent.json", problem);
        Assert.Contains("anted", problem);
    }

    private static TempFolder Icons(string? consent)
    {
        var folder = new TempFolder();
        for (var i = 0; i < 2; i++) folder.Add($"{i}.png", ImageFile.EncodePng(Pictures.Noise(16, 16, i)));
        if (consent != null) folder.Add("consent.json", Encoding.UTF8.GetBytes(consent));
        return folder;
    }

    private static FolderSpec Spec(TempFolder folder) => new() { Path = folder.Path, ImageSize = 16 };

    private static DatasetReport Check(TempFolder folder, FixedClock clock) => DatasetSource.Check(Spec(folder), clock);
}
