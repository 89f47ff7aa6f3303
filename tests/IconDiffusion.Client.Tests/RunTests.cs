using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace IconDiffusion.Client.Tests;

public sealed class RunTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    private static string HashOf(JsonElement document) =>
        document.GetProperty("results")[0].GetProperty("result").GetProperty("training").GetProperty("weightsHash").GetString()!;

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AnExperiment_EndsWithATableOfItsFigures_AndPicturesWhereItSays()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3, dimMults: "[[1, 2], [1, 4]]"));

        var outcome = await _icon.RunAsync("run", file);

        Assert.Equal(0, outcome.ExitCode);
        foreach (var expected in (string[])["FID", "MAE", "NWI", "4/12", "ddpm 8 (1,2)", "ddpm 8 (1,4)", "random features: not comparable with published FID"])
            Assert.Contains(expected, outcome.Output);
        Assert.DoesNotContain('\u001b', outcome.Output + outcome.Error);
        Assert.Contains("done", outcome.Error);
        var folders = outcome.Output.Split('\n').Where(line => line.StartsWith("pictures", StringComparison.Ordinal)).Select(line => line.Split("  ")[1]).ToArray();
        Assert.Equal(2, folders.Length);
        foreach (var name in (string[])["result.json", "contact-sheet.png", "gallery.png"])
            Assert.All(folders, folder => Assert.True(File.Exists(Path.Combine(folder, name)), $"{folder}/{name}"));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task TheSameExperimentAgain_OnlyReadsItsResults()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3));
        var first = await _icon.RunAsync("run", file, "--json");

        var second = await _icon.RunAsync("run", file, "--json");

        Assert.Equal(HashOf(first.Json), HashOf(second.Json));
        Assert.False(first.Json.GetProperty("results")[0].GetProperty("reused").GetBoolean());
        Assert.True(second.Json.GetProperty("results")[0].GetProperty("reused").GetBoolean());
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("KILL", 137)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 130)]
    public async Task AnInterruptedRun_GoesOn_AndEndsWithTheSameWeights(string signal, int exitCode)
    {
        var json = TinyExperiment.Json(steps: 400);
        var file = _icon.Write("tiny.json", json);

        // Interrupted once a checkpoint is there, so that there is something to go on from.
        using var process = _icon.Start("run", file, "--threads", "2", "--json");
        await _icon.FileAsync("step-*.json");
        await Icon.SignalAsync(process, signal);
        var interrupted = await Icon.EndAsync(process);
        var resumed = await _icon.RunAsync("run", file, "--threads", "2", "--json");

        Assert.Equal(exitCode, interrupted.ExitCode);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(HashOf(await TinyExperiment.UndisturbedAsync(json)), HashOf(resumed.Json));
    }

    [SkippableTheory]
    [Trait("Speed", "Slow")]
    [InlineData("dotnet \"$@\" <(cat tiny.json) --json", "run")]
    [InlineData("dotnet \"$@\" <(cat tiny.json) --json", "plan")]
    [InlineData("cat tiny.json | dotnet \"$@\" /dev/stdin --json", "run")]
    [InlineData("dotnet \"$@\" /dev/stdin --json < tiny.json", "run")]
    public async Task AnExperiment_MayComeThroughAPipe_AndNamesFoldersOfTheTerminals(string shell, string command)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no pipes with a path.");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "12", "--size", "16", "--output", "faces");
        _icon.Write("tiny.json", TinyExperiment.Json(steps: 2).Replace("\"source\": \"noto-faces\"", "\"source\": \"folder\", \"path\": \"faces\""));
        var start = _icon.Prepare(command);
        string[] words = ["-c", shell, "bash", .. start.ArgumentList];
        start.FileName = "bash";
        start.ArgumentList.Clear();
        foreach (var word in words) start.ArgumentList.Add(word);

        var outcome = await Icon.EndAsync(Process.Start(start)!);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal(1, outcome.Json.GetProperty(command == "run" ? "results" : "runs").GetArrayLength());
    }

    [Fact]
    public async Task AFolderThatIsMissing_IsSoughtBesideItsFile_AndTheErrorSaysWhere()
    {
        var below = Directory.CreateDirectory(Path.Combine(_icon.Folder, "specs")).FullName;
        var file = _icon.Write(Path.Combine("specs", "tiny.json"), TinyExperiment.Json(steps: 2).Replace("\"source\": \"noto-faces\"", "\"source\": \"folder\", \"path\": \"faces\""));
        Directory.CreateDirectory(Path.Combine(_icon.Folder, "faces"));

        var run = await _icon.RunAsync("run", file, "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"'{Path.Combine(below, "faces")}'", run.Json.GetProperty("failures")[0].GetProperty("error").GetString());
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ARunWhoseReaderHasGone_EndsWithACheckpoint()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells that a pipe has no reader.");
        using var process = _icon.Start("run", _icon.Write("tiny.json", TinyExperiment.Json(steps: 1_000_000, checkpointEvery: "01:00:00")));
        await _icon.FileAsync("loss.jsonl");

        process.StandardOutput.Close();
        using var patience = new CancellationTokenSource(Patience.Limit);
        var error = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);

        Assert.True(process.ExitCode == 130, error);
        Assert.NotEmpty(Directory.EnumerateFiles(_icon.Folder, "step-*.safetensors", SearchOption.AllDirectories));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ARunThatIsStoppedForLongerThanItsBudget_WorksAllOfIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no SIGSTOP.");
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 1).Replace("\"steps\": 1", "\"budget\": \"00:00:04\""));
        using var process = _icon.Start("run", file, "--json");
        await _icon.FileAsync("loss.jsonl");

        await Icon.SignalAsync(process, "STOP");
        // That nothing happens for a time is what this is about; there is no event to wait for.
        await Task.Delay(TimeSpan.FromSeconds(6));
        await Icon.SignalAsync(process, "CONT");
        var outcome = await Icon.EndAsync(process);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var events = File.ReadLines(Directory.EnumerateFiles(Path.Combine(_icon.Folder, "data", "runs"), "events.jsonl", SearchOption.AllDirectories).Single())
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(each => !each.GetProperty("work").GetString()!.Contains('/') && each.GetProperty("kind").GetString() is "started" or "done")
            .ToDictionary(each => each.GetProperty("kind").GetString()!, each => each.GetProperty("at").GetDateTimeOffset());
        var worked = TimeSpan.Parse(outcome.Json.GetProperty("results")[0].GetProperty("result").GetProperty("training").GetProperty("time").GetString()!, CultureInfo.InvariantCulture);
        Assert.True(worked >= TimeSpan.FromSeconds(4), $"It worked {worked}.");
        Assert.True(events["done"] - events["started"] - worked > TimeSpan.FromSeconds(5.5), $"It worked {worked} from {events["started"]:O} to {events["done"]:O}.");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task DrawingMore_KeepsTheIconsThatAreThere()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3));
        var run = (await _icon.RunAsync("run", file, "--json")).Json.GetProperty("results")[0].GetProperty("result").GetProperty("runId").GetString()!;

        var outcome = await _icon.RunAsync("sample", run[..6], "--count", "7", "--json");

        Assert.Equal(7, outcome.Json.GetProperty("count").GetInt32());
        Assert.Equal(7, Directory.GetFiles(outcome.Json.GetProperty("folder").GetString()!, "*.png").Length);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ARunThatWasToldTags_IsAskedForThem_AtEveryGuidanceOfAGrid_AndMeasuredOnLayeredArt()
    {
        var file = _icon.Write("told.json", """
            {
              "name": "told",
              "dataset": { "source": "layered", "variants": 3, "count": 12, "heldOut": 0, "imageSize": 16, "horizontalFlip": false },
              "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1, 2] }, "condition": "tags" },
              "grid": { "sampling": { "sampler": { "guidance": [0, 2] } } },
              "training": { "steps": 3, "batchSize": 4 },
              "sampling": { "count": 6, "sampler": { "kind": "ddim", "steps": 3 } },
              "evaluation": { "inception": "random" }
            }
            """);
        var results = (await _icon.RunAsync("run", file, "--json")).Json.GetProperty("results").EnumerateArray().Select(each => each.GetProperty("result")).ToArray();
        var run = Assert.Single(results.Select(each => each.GetProperty("runId").GetString()!).Distinct());

        var asked = await _icon.RunAsync("sample", run, "--count", "2", "--with", "mouth laugh, Hair  Bob", "--guidance", "3", "--json");
        var unknown = await _icon.RunAsync("sample", run, "--count", "2", "--with", "hair bobb");

        Assert.Equal(2, results.Length);
        Assert.Equal(2, Directory.GetFiles(asked.Json.GetProperty("folder").GetString()!, "*.png").Length);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("hair bob,", unknown.Error);
        Assert.All(Directory.GetFiles(Path.Combine(_icon.Folder, "data", "runs", run, "results"), "parts.json", SearchOption.AllDirectories), parts =>
            Assert.Contains("asked-shown", JsonDocument.Parse(File.ReadAllText(parts)).RootElement.GetProperty("figures").EnumerateArray().Select(figure => figure.GetProperty("key").GetString())));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_icon.Folder, "data", "runs", run, "results"), "parts.json", SearchOption.AllDirectories).Length);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task RunsThatStartFromTheFilesSource_ComeAfterIt_EachWithWhatItStartedFrom()
    {
        var file = _icon.Write("tuned.json", TinyExperiment.Json(steps: 3).Replace("\"grid\": {", """
            "source": { "dataset": { "source": "noto-faces", "count": 20, "heldOut": 0, "imageSize": 16 } },
            "grid": { "training": { "from": ["source"], "adaptation": [null, { "kind": "pairwise" }] },
            """));

        var results = (await _icon.RunAsync("run", file, "--json")).Json.GetProperty("results").EnumerateArray().Select(each => each.GetProperty("result")).ToArray();

        Assert.Equal(3, results.Length);
        Assert.False(results[0].GetProperty("training").TryGetProperty("origins", out _));
        Assert.All(results[1..], tuned =>
        {
            var origin = Assert.Single(tuned.GetProperty("training").GetProperty("origins").EnumerateArray());
            Assert.Equal(results[0].GetProperty("runId").GetString(), origin.GetProperty("run").GetString());
            Assert.Equal(results[0].GetProperty("training").GetProperty("weightsHash").GetString(), origin.GetProperty("weightsHash").GetString());
            Assert.Equal(results[0].GetProperty("datasetFingerprint").GetString(), origin.GetProperty("rests").GetString());
        });
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AFilmBetweenIcons_IsAFolderOfFramesAndAnAnimation()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3));
        var run = (await _icon.RunAsync("run", file, "--json")).Json.GetProperty("results")[0].GetProperty("result").GetProperty("runId").GetString()!;

        var outcome = await _icon.RunAsync("sample", run, "--film", "0,2", "--frames", "2", "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            ["00000.png", "00001.png", "00002.png", "00003.png", "film.gif"],
            Directory.GetFiles(outcome.Json.GetProperty("film").GetString()!).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("Nothing to draw")]
    [InlineData("--count is 0", "--count", "0")]
    [InlineData("--film names 'x'", "--film", "0,x")]
    [InlineData("--film names 1 icon(s)", "--film", "0")]
    [InlineData("--mix is '0,1'", "--mix", "0,1")]
    [InlineData("--frames is 0", "--film", "0,1", "--frames", "0")]
    public async Task WhatCannotBeDrawn_IsSaid(string expected, params string[] options)
    {
        var outcome = await _icon.RunAsync(["sample", "abc", .. options]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task TheTable_IsWrittenInTheFormatAskedFor_AlsoWhenNoSiloRuns()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3));
        var ran = await _icon.RunAsync("run", file, "--json");
        var folder = ran.Json.GetProperty("folder").GetString()!;

        var csv = await _icon.RunAsync("results", Path.GetFileName(folder)[..4], "--format", "csv");
        var json = await _icon.RunAsync("results", Path.GetFileName(folder), "--json");
        var unknown = await _icon.RunAsync("results", "nothing-of-this-name");

        Assert.StartsWith("model,seed,fid,", csv.Output, StringComparison.Ordinal);
        Assert.Equal(2, csv.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(HashOf(ran.Json), HashOf(json.Json));
        Assert.True(File.Exists(Path.Combine(folder, "figure2.png")));
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains(Path.GetFileName(folder), unknown.Error);
    }

    [Fact]
    public async Task AnUnknownRun_IsNamed_WithThoseThatAreThere()
    {
        var outcome = await _icon.RunAsync("sample", "../../etc", "--count", "2");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("No run '../../etc'", outcome.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AFailingRun_DoesNotStopTheOthers_AndTheExitCodeSaysSo()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_icon.Folder, "one")).FullName;
        File.WriteAllText(Path.Combine(folder, "a.png"), "no image");
        var file = _icon.Write("mixed.json", TinyExperiment.Json(steps: 2).Replace(
            "\"grid\": {", $$"""
            "grid": { "dataset": [{ "source": "folder", "path": "{{folder}}", "imageSize": 16 }, { "source": "noto-faces", "count": 12, "imageSize": 16 }],
            """));

        var outcome = await _icon.RunAsync("run", file, "--json");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(1, outcome.Json.GetProperty("results").GetArrayLength());
        Assert.Contains("a.png", outcome.Json.GetProperty("failures")[0].GetProperty("error").GetString());
    }

    [Fact]
    public async Task ThePlan_NamesEveryRunWithItsTime_AndStartsNothing()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3, dimMults: "[[1, 2], [1, 4]]"));

        var outcome = await _icon.RunAsync("plan", file, "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([3L, 3L], outcome.Json.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("steps").GetInt64()));
        Assert.False(Directory.Exists(Path.Combine(_icon.Folder, "data", "runs")));
    }
}
