using System.Text.Json;

namespace IconDiffusion.Client.Tests;

/// <summary>A folder with more in it than is read: every command that reads it says what it leaves out.</summary>
public sealed class LeftOutTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    // Three icons, four behind a link, a circle and a text.
    private async Task<string> MakeIconsAsync()
    {
        var folder = Path.Combine(_icon.Folder, "icons");
        Assert.Equal(0, (await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "3", "--size", "16", "--output", Path.Combine(folder, "a"))).ExitCode);
        Assert.Equal(0, (await _icon.RunAsync("dataset", "make", "noto-faces-new", "--count", "4", "--size", "16", "--output", "elsewhere")).ExitCode);
        File.Move(Path.Combine(folder, "a", "consent.json"), Path.Combine(folder, "consent.json"));
        File.Delete(Path.Combine(_icon.Folder, "elsewhere", "consent.json"));
        File.Move(Path.Combine(folder, "a", "0.png"), Path.Combine(folder, "a", "0.jfif"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "b"), "../elsewhere");
        Directory.CreateSymbolicLink(Path.Combine(folder, "a", "loop"), "..");
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "nothing to look at");
        return folder;
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task EveryCommandThatReadsAFolder_NamesWhatItLeavesOut_AndReadsTheRest()
    {
        var folder = await MakeIconsAsync();
        var experiment = _icon.Write("folder.json", TinyExperiment.Json(steps: 1)
            .Replace("\"source\": \"noto-faces\", \"count\": 12", $"\"source\": \"folder\", \"path\": {JsonSerializer.Serialize(folder)}"));
        var comparisons = _icon.Write("comparisons.json", $$"""
            {
              "name": "tiny",
              "comparisons": [{
                "name": "self",
                "first": { "source": "folder", "path": {{JsonSerializer.Serialize(folder)}}, "imageSize": 16 },
                "second": { "source": "noto-faces", "count": 4, "imageSize": 16 }
              }],
              "evaluation": { "inception": "random", "figures": "preprint" }
            }
            """);

        foreach (var command in (string[][])
        [
            ["run", experiment],
            ["run", comparisons],
            ["plan", experiment],
            ["dataset", "make", folder, "--size", "16", "--output", "made"],
            ["compare", "noto-faces", folder, "--count", "7", "--size", "16", "--random-features"],
            ["evaluate", "--training", folder, "--generated", folder, "--random-features"],
            ["report", "--training", "elsewhere", "--generated", "elsewhere", "--held-out", folder, "--random-features"],
            ["consent", "grant", folder, "--artist", "A. Painter", "--licence", "CC BY 4.0"],
        ])
        {
            var outcome = await _icon.RunAsync(command);
            Assert.True(outcome.ExitCode == 0, $"icon {string.Join(' ', command)} ended with {outcome.ExitCode}: {outcome.Error}");
            Assert.Contains("notes.txt", outcome.Error);
            Assert.Contains("a/loop", outcome.Error);
        }

        Assert.Equal(
            ["0.png", "1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "consent.json", "contact-sheet.png"],
            Directory.GetFiles(Path.Combine(_icon.Folder, "made")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Directory.GetFiles(_icon.Folder), file => file.EndsWith(".png", StringComparison.Ordinal));
        var check = await _icon.RunAsync("dataset", "check", folder, "--size", "16");
        Assert.Contains("notes.txt", check.Output);
        Assert.Contains("a/loop", check.Output);
        var json = (await _icon.RunAsync("dataset", "check", folder, "--size", "16", "--json")).Json;
        Assert.Equal((7, "circle"), (json.GetProperty("icons").GetInt32(), json.GetProperty("unfollowed")[0].GetProperty("fault").GetString()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AFaviconAmongIcons_DoesNotShrinkThem()
    {
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "6", "--size", "32", "--output", "icons");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "2", "--size", "8", "--output", "small");
        File.Copy(Path.Combine(_icon.Folder, "small", "0.png"), Path.Combine(_icon.Folder, "icons", "favicon.png"));

        var outcome = await _icon.RunAsync("evaluate", "--training", "icons", "--generated", "icons", "--random-features", "--json");

        Assert.Contains("favicon.png", outcome.Error);
        Assert.Contains("2 images resized or cropped to 32×32: pytorch-fid takes them as they are",
            outcome.Json.GetProperty("notComparable").EnumerateArray().Select(note => note.GetString()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ACheckedFolder_IsHeldOutFromAsARunDoes()
    {
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "100", "--size", "8", "--output", "icons");

        var asARun = (await _icon.RunAsync("dataset", "check", "icons", "--size", "8", "--json")).Json;
        var asStated = (await _icon.RunAsync("dataset", "check", "icons", "--size", "8", "--held-out", "0", "--json")).Json;

        Assert.Equal((80, 20), (asARun.GetProperty("icons").GetInt32(), asARun.GetProperty("heldOut").GetInt32()));
        Assert.Equal((100, 0), (asStated.GetProperty("icons").GetInt32(), asStated.GetProperty("heldOut").GetInt32()));
        Assert.Equal("contact-sheet.png", asARun.GetProperty("contactSheets")[0].GetString());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AConsent_IsRevokedByAnyNameOfItsFolder()
    {
        var folder = await MakeIconsAsync();
        await _icon.RunAsync("consent", "grant", folder, "--artist", "A. Painter", "--licence", "CC BY 4.0");
        await _icon.RunAsync("run", _icon.Write("folder.json", TinyExperiment.Json(steps: 1)
            .Replace("\"source\": \"noto-faces\", \"count\": 12", $"\"source\": \"folder\", \"path\": {JsonSerializer.Serialize(folder)}")));
        // The data set on record is all that leads there.
        File.Delete(Path.Combine(folder, "consent.json"));
        Directory.CreateSymbolicLink(Path.Combine(_icon.Folder, "linked"), "icons");

        var outcome = await _icon.RunAsync("consent", "revoke", "./linked", "--yes", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal("A. Painter", outcome.Json[0].GetProperty("consent").GetProperty("artist").GetString());
    }
}
