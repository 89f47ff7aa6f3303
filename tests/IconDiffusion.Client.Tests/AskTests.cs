using IconDiffusion.Specs;

namespace IconDiffusion.Client.Tests;

public sealed class AskTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact, Trait("Speed", "Slow")]
    public async Task AFolderOfPictures_IsAnswered_AndAskedAgainOnlyRead()
    {
        var folder = Path.Combine(_icon.Folder, "my faces");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "24", "--size", "32", "--output", folder);
        File.Delete(Path.Combine(folder, "consent.json"));
        string[] ask = ["ask", folder, "--artist", "A. Painter", "--licence", "by agreement", "--budget", "1m", "--yes", "--json"];

        var outcome = await _icon.RunAsync(ask);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(outcome.Json.GetProperty("answer").GetProperty("kind").GetString(), (string?[])["new-works", "not-yet", "copies"]);
        var runs = outcome.Json.GetProperty("report").GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["ddpm 32 (1,2,4)", "ddpm 16 (1,4,16)"], ExperimentFile.Load(outcome.Json.GetProperty("experiment").GetString()!).Runs.Select(run => run.Model.Label));
        Assert.Equal([false, false], runs.Select(run => run.GetProperty("reused").GetBoolean()));
        Assert.Contains("A. Painter", await File.ReadAllTextAsync(Path.Combine(folder, "consent.json")), StringComparison.Ordinal);
        Assert.True(File.Exists(outcome.Json.GetProperty("report").GetProperty("page").GetString()));

        var again = await _icon.RunAsync("ask", folder, "--budget", "1m", "--json");

        Assert.Equal(0, again.ExitCode);
        Assert.Equal([true, true], again.Json.GetProperty("report").GetProperty("results").EnumerateArray().Select(run => run.GetProperty("reused").GetBoolean()));
        Assert.Equal(outcome.Json.GetProperty("answer").GetRawText(), again.Json.GetProperty("answer").GetRawText());
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("wanted a folder of pictures")]
    [InlineData("/nowhere'", "nowhere")]
    [InlineData("'nobody'", "--example", "nobody")]
    [InlineData("wanted one of them", "nowhere", "--example", "noto")]
    [InlineData("'5'", "--example", "noto", "--budget", "5")]
    [InlineData("--no-consent", "--example", "noto", "--no-consent")]
    [InlineData("wanted --yes", "--example", "noto", "--budget", "1m")]
    public async Task WhatCannotBeAsked_IsNamed(string named, params string[] arguments)
    {
        var outcome = await _icon.RunAsync(["ask", .. arguments]);

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(named, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAConsent_NothingIsDone()
    {
        var folder = Path.Combine(_icon.Folder, "faces");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "12", "--size", "32", "--output", folder);
        File.Delete(Path.Combine(folder, "consent.json"));

        var outcome = await _icon.RunAsync("ask", folder, "--yes");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--no-consent", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "consent.json")));
    }
}
