namespace IconDiffusion.Client.Tests;

/// <summary>Whether it copies: of runs, and of folders.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    public async Task AnExperiment_EndsWithAReport_ThatOneCanPublishFrom()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3, figures: "all"));

        var outcome = await _icon.RunAsync("run", file);
        Assert.Equal(0, outcome.ExitCode);
        var page = outcome.Output.Split('\n').Single(line => line.StartsWith("report ", StringComparison.Ordinal)).Split("  ").First(part => part.Trim().EndsWith(".html", StringComparison.Ordinal)).Trim();
        page = page[(page.LastIndexOf(' ') + 1)..];
        Assert.Contains("training icon", await File.ReadAllTextAsync(page));
        Assert.All((string[])["report.json", "report.csv", "report.md", "report.tex"], name => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(page)!, name)), name));

        // Of the run alone: only read, and the same.
        var run = Path.GetFileName(Directory.GetDirectories(Path.Combine(_icon.Folder, "data", "runs")).Single());
        var again = await _icon.RunAsync("report", run[..6], "--output", "there", "--json");
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(page)!, "report.json")),
            await File.ReadAllTextAsync(Path.Combine(_icon.Folder, "there", "report.json")));
        var verdict = again.Json.GetProperty("sets")[0].GetProperty("verdict");
        Assert.Equal(4, verdict.GetProperty("count").GetInt32());

        // What three steps draw are no copies; at 16 px the controls may be too alike for the rule, which publishing then says.
        var published = await _icon.RunAsync("publish", run[..6], "--to", "public", "--json");
        Assert.True(published.ExitCode is 0 || published.Error.Contains("control", StringComparison.Ordinal) || published.Error.Contains("copies", StringComparison.Ordinal), published.Error);
    }

    [Fact]
    public async Task AFolderAgainstItself_IsAllCopies_AndHeldOutIconsAreNone()
    {
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "24", "--held-out", "6", "--size", "32", "--output", "faces");

        var outcome = await _icon.RunAsync("report", "--training", "faces", "--generated", "faces", "--held-out", "faces-held-out", "--random-features", "--json", "--output", "there");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var verdict = outcome.Json.GetProperty("sets")[0].GetProperty("verdict");
        Assert.Equal((24, 24), (verdict.GetProperty("copies").GetInt32(), verdict.GetProperty("count").GetInt32()));
        Assert.Contains("held-out", verdict.GetProperty("checks").ToString());
        Assert.True(File.Exists(Path.Combine(_icon.Folder, "there", "report.html")));
    }

    [Theory]
    [InlineData("Nothing to report on", "report")]
    [InlineData("Nothing to report on", "report", "--training", "faces")]
    [InlineData("Runs and folders came", "report", "3f9c2a", "--training", "faces", "--generated", "faces")]
    [InlineData("No run '3f9c2a'", "report", "3f9c2a")]
    [InlineData("nowhere", "report", "--training", "nowhere", "--generated", "nowhere", "--random-features")]
    public async Task WrongInput_IsNamed(string sentence, params string[] arguments)
    {
        var outcome = await _icon.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Error);
    }
}
