using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Client.Tests;

/// <summary>A folder of images, the consent of whoever drew them, and what becomes of it.</summary>
public sealed class ConsentTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    private string Faces => Path.Combine(_icon.Folder, "faces");

    private async Task<Icon.Outcome> RunAsync(int exitCode, params string[] arguments)
    {
        var outcome = await _icon.RunAsync(arguments);
        Assert.True(outcome.ExitCode == exitCode, $"icon {string.Join(' ', arguments)} ended with {outcome.ExitCode}: {outcome.Error}{outcome.Output}");
        return outcome;
    }

    private async Task MakeFacesAsync(bool granted)
    {
        await RunAsync(0, "dataset", "make", "noto-faces", "--count", "12", "--size", "16", "--output", Faces);
        // What Noto's makers allow; the painter of this folder has not said anything yet.
        File.Delete(Path.Combine(Faces, "consent.json"));
        if (granted)
            await RunAsync(0, "consent", "grant", Faces, "--artist", "A. Painter", "--licence", "CC BY 4.0", "--expiry", "2999-12-31");
    }

    private string Experiment(int steps) => _icon.Write("folder.json", TinyExperiment.Json(steps)
        .Replace("\"source\": \"noto-faces\", \"count\": 12", $"\"source\": \"folder\", \"path\": {JsonSerializer.Serialize(Faces)}")
        .Replace("\"name\": \"tiny\"", "\"name\": \"folder\""));

    private async Task<string> TrainAsync()
    {
        var run = (await RunAsync(0, "run", Experiment(steps: 3), "--json")).Json.GetProperty("results")[0].GetProperty("result");
        var id = run.GetProperty("runId").GetString()!;
        WriteReport(id, copies: [1]);
        return id;
    }

    // Icon 1 is a copy; with so few icons a real report would say anything.
    private void WriteReport(string run, int[] copies)
    {
        var result = Directory.GetFiles(Path.Combine(_icon.Folder, "data", "runs", run, "results"), "result.json", SearchOption.AllDirectories).Single();
        NoveltyRow Row(SetKind kind, bool isControl, int count, int seen) => new(kind, isControl, count, seen, [new("copies", (double)seen / count)], []);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(result)!, "novelty.json"), JsonSerializer.Serialize(new NoveltyReport
        {
            Title = "tiny",
            Settings = new(),
            TrainingCount = 12,
            GeneratedCount = 4,
            HeldOutCount = 0,
            ImageSize = 16,
            Features = "random",
            Verdict = new($"Of 4 icons, {copies.Length} lie closer.", copies.Length, 4, 3, []),
            Rows = [Row(SetKind.Generated, false, 4, copies.Length), Row(SetKind.Shifted, true, 12, 12)],
            Calibration = [],
            Icons = [.. Enumerable.Range(0, 4).Select(i => new IconNovelty(i, copies.Contains(i), [new(DistanceSpace.Aligned, 3, "03.png", 1.25, 9, 0)], new(1, 1)))],
            Duplicates = [],
            Notes = [],
        }, SpecJson.Indented));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ARevokedConsent_RefusesEveryCommand_WhateverBecomesOfItsFile_AndDeletesNothing()
    {
        await MakeFacesAsync(granted: true);
        var run = await TrainAsync();
        var before = (await RunAsync(0, "consent", "list", "--json")).Json[0];
        await RunAsync(0, "publish", run, "--to", Path.Combine(_icon.Folder, "before"));

        var revoked = await RunAsync(0, "consent", "revoke", run, "--reason", "the artist asked", "--yes", "--json");
        File.Delete(Path.Combine(Faces, "consent.json"));

        Assert.Equal(("A. Painter", run), (before.GetProperty("consent").GetProperty("artist").GetString(), before.GetProperty("runs")[0].GetString()));
        Assert.Contains(run, revoked.Error);
        Assert.StartsWith("revoked on", revoked.Json[0].GetProperty("state").GetString());
        foreach (var (exitCode, arguments) in ((int, string[])[])
        [
            (1, ["run", Experiment(steps: 4)]),
            (4, ["sample", run, "--count", "6"]),
            (4, ["sample", run, "--film", "0,1"]),
            (4, ["publish", run, "--to", Path.Combine(_icon.Folder, "after"), "--without-consent"]),
            (4, ["consent", "grant", Faces, "--artist", "A. Painter", "--licence", "other terms"]),
        ])
        {
            var refused = await RunAsync(exitCode, arguments);
            Assert.Contains("was revoked on", refused.Error + refused.Output);
            Assert.Contains(before.GetProperty("id").GetString()!, refused.Error + refused.Output);
        }
        Assert.Contains("the artist asked", (await RunAsync(0, "consent", "show", before.GetProperty("id").GetString()![..6])).Output);
        Assert.Contains("FID", (await RunAsync(0, "results", "folder")).Output);
        Assert.False(Directory.Exists(Path.Combine(_icon.Folder, "after")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Publishing_ListsWhatItLeavesOut_AndEndsWithOneWhereNothingIsLeft()
    {
        await MakeFacesAsync(granted: false);
        var run = await TrainAsync();
        var to = Path.Combine(_icon.Folder, "new");

        var refused = await RunAsync(4, "publish", run, "--to", to);
        var published = await RunAsync(0, "publish", run[..6], "--to", to, "--watermark", "--without-consent");
        await RunAsync(2, "publish", run, "--to", to, "--without-consent");
        WriteReport(run, copies: [0, 1, 2, 3]);
        var nothing = await RunAsync(1, "publish", run, "--to", to + "er", "--without-consent", "--json");

        Assert.Contains("icon consent grant", refused.Error);
        Assert.Contains("icon 1: a copy of 03.png (aligned distance 1.25)", published.Output);
        Assert.Contains("3 icons published, 1 left out", published.Output);
        Assert.True(File.Exists(Path.Combine(to, "MODEL_CARD.md")));
        Assert.Equal(4, nothing.Json.GetProperty("manifest").GetProperty("leftOut").GetArrayLength());
        Assert.False(Directory.Exists(to + "er"));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AKilledPublication_LeavesAWholeFolderOrNone_AndTheNextOneIsWhole()
    {
        await MakeFacesAsync(granted: true);
        var run = await TrainAsync();
        var to = Path.Combine(_icon.Folder, "new");

        using var process = _icon.Start("publish", run, "--to", to);
        await _icon.FileAsync("00000.png.*");
        await Icon.SignalAsync(process, "KILL");
        await Icon.EndAsync(process);
        if (!Directory.Exists(to))
            await RunAsync(0, "publish", run, "--to", to);

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(to, "manifest.json")));
        var files = manifest.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()!).ToArray();
        Assert.Equal(6, files.Length);
        Assert.Equal(files.Append("manifest.json").Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(to, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(to, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ARevocation_EndsATrainingOnASilo_AndTheCellSaysWhy()
    {
        await MakeFacesAsync(granted: true);
        using var silo = await SiloProcess.StartAsync(_icon);
        await RunAsync(0, "submit", Experiment(steps: 100_000));
        await _icon.FileAsync("step-*.json");

        await RunAsync(0, "consent", "revoke", Faces, "--yes");
        var watched = await RunAsync(1, "watch", "folder");

        Assert.Contains("The consent of A. Painter", watched.Output + watched.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task APublicLicence_CannotBeRevoked_AndNothingIsAskedWhereNobodyCanAnswer()
    {
        await RunAsync(0, "run", _icon.Write("tiny.json", TinyExperiment.Json(steps: 1)));
        var record = (await RunAsync(0, "consent", "list", "--json")).Json[0];
        await MakeFacesAsync(granted: true);

        Assert.Equal("OFL 1.1", record.GetProperty("consent").GetProperty("licence").GetString());
        Assert.Contains("public licence", (await RunAsync(2, "consent", "revoke", record.GetProperty("id").GetString()!, "--yes")).Error);
        Assert.Contains("--yes", (await UnansweredAsync()).Error);
        Assert.Contains("no consent record", (await RunAsync(2, "consent", "revoke", "nothing-like-it", "--yes")).Error);
    }

    private async Task<Icon.Outcome> UnansweredAsync()
    {
        var start = _icon.Prepare("consent", "revoke", Faces);
        start.RedirectStandardInput = true;
        var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);
        Assert.Equal(2, outcome.ExitCode);
        return outcome;
    }
}
