using System.Text.Json;

namespace IconDiffusion.Client.Tests;

/// <summary>A silo in one process, its clients in others.</summary>
public sealed class ClusterTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    private async Task<JsonElement> SubmitAsync(string json, params string[] arguments)
    {
        var outcome = await _icon.RunAsync(["submit", _icon.Write("tiny.json", json), "--json", .. arguments]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return outcome.Json;
    }

    private static string[] Hashes(JsonElement document) =>
        [.. document.GetProperty("results").EnumerateArray().Select(run => run.GetProperty("result").GetProperty("training").GetProperty("weightsHash").GetString()!)];

    /// <summary>What the same file comes to in one process, undisturbed.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ASubmittedExperiment_IsFollowedToItsEnd_AndItsWeightsAreThoseOfTheEngineAlone()
    {
        var json = TinyExperiment.Json(steps: 20, dimMults: "[[1, 2], [1, 4]]");
        using var silo = await SiloProcess.StartAsync(_icon);

        var submitted = await SubmitAsync(json);
        var watched = await _icon.RunAsync("watch", "tiny", "--json");
        var results = await _icon.RunAsync("results", submitted.GetProperty("id").GetString()!, "--json");

        Assert.Equal(2, submitted.GetProperty("cells").GetArrayLength());
        Assert.Equal(0, watched.ExitCode);
        var states = watched.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("state").GetString()).ToArray();
        Assert.Equal("finished", states[^1]);
        Assert.Equal(TrainedAlone.Hashes(json, _icon.Folder), Hashes(results.Json));
        Assert.Empty(results.Json.GetProperty("failures").EnumerateArray());
        Assert.True(File.Exists(Path.Combine(results.Json.GetProperty("folder").GetString()!, "table.md")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AKilledSilo_StartedAgainAtAnotherPort_FinishesTheGridByItself_AndWatchersSeeItThrough()
    {
        var json = TinyExperiment.Json(steps: 300, dimMults: "[[1, 2], [1, 4]]");
        var silo = await SiloProcess.StartAsync(_icon);
        await SubmitAsync(json);
        using var watch = _icon.Start("watch");
        await _icon.FileAsync("step-*.json");

        await silo.KillAsync();
        silo.Dispose();
        silo = await SiloProcess.StartAsync(_icon);
        using (silo)
        {
            var watched = await Icon.EndAsync(watch);
            var results = await _icon.RunAsync("results", "tiny", "--json");

            Assert.Equal(0, watched.ExitCode);
            Assert.Contains("does not answer, trying again", watched.Error);
            Assert.Contains("answers again", watched.Error);
            Assert.Contains("FID", watched.Output);
            Assert.Equal(Hashes(await TinyExperiment.UndisturbedAsync(json)), Hashes(results.Json));
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task APause_FreesTheDevice_AndResumeGoesOnToTheSameWeights()
    {
        var json = TinyExperiment.Json(steps: 400);
        using var silo = await SiloProcess.StartAsync(_icon);
        await SubmitAsync(json);
        await _icon.FileAsync("step-*.json");

        var paused = await _icon.RunAsync("pause", "tiny", "--json");
        await UntilAsync(status => status.GetProperty("devices").EnumerateArray().All(device =>
            !device.TryGetProperty("work", out var work) || work.ValueKind == JsonValueKind.Null));
        var resumed = await _icon.RunAsync("resume", "tiny", "--json");
        var watched = await _icon.RunAsync("watch", "tiny");
        var results = await _icon.RunAsync("results", "tiny", "--json");

        Assert.Equal("paused", paused.Json.GetProperty("state").GetString());
        Assert.Equal("running", resumed.Json.GetProperty("state").GetString());
        Assert.Equal(0, watched.ExitCode);
        Assert.Equal(Hashes(await TinyExperiment.UndisturbedAsync(json)), Hashes(results.Json));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AFailingCell_IsToldWithItsError_AndTriedAgainOnDemand()
    {
        var json = TinyExperiment.Json(steps: 2, dimMults: "[[1, 2], [1, 4]]");
        var runId = (await TinyExperiment.UndisturbedAsync(json)).GetProperty("results")[0].GetProperty("result").GetProperty("runId").GetString()!;
        // A file where the run's folder belongs.
        var obstacle = Path.Combine(_icon.Folder, "data", "runs", runId);
        Directory.CreateDirectory(Path.GetDirectoryName(obstacle)!);
        File.WriteAllText(obstacle, "");
        using var silo = await SiloProcess.StartAsync(_icon);

        var failed = await _icon.RunAsync("submit", _icon.Write("tiny.json", json), "--watch");
        File.Delete(obstacle);
        var retried = await _icon.RunAsync("retry", "tiny", "--json");
        var watched = await _icon.RunAsync("watch", "tiny");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("1 of 2 done, 1 failed", failed.Error);
        Assert.Contains(runId, failed.Output);
        Assert.Equal(1, retried.Json.GetProperty("cells").GetInt32());
        Assert.Equal(0, watched.ExitCode);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task CancelledWork_EndsAWatchWithOne_AndGoesOnWhenSubmittedAgain()
    {
        var json = TinyExperiment.Json(steps: 2000);
        using var silo = await SiloProcess.StartAsync(_icon);
        await SubmitAsync(json);
        using var watch = _icon.Start("watch", "tiny");
        await _icon.FileAsync("step-*.json");

        await _icon.RunAsync("cancel", "tiny");
        var watched = await Icon.EndAsync(watch);
        var again = await SubmitAsync(json);

        Assert.Equal(1, watched.ExitCode);
        Assert.Equal("running", again.GetProperty("state").GetString());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task InterruptingAWatch_LeavesTheSiloAtItsWork()
    {
        using var silo = await SiloProcess.StartAsync(_icon);
        await SubmitAsync(TinyExperiment.Json(steps: 2000));
        using var watch = _icon.Start("watch");
        // Its first line: it listens to signals now.
        Assert.NotNull(await watch.StandardError.ReadLineAsync());

        await Icon.SignalAsync(watch, "INT");
        var watched = await Icon.EndAsync(watch);
        var status = await _icon.RunAsync("status", "tiny", "--json");

        Assert.Equal(130, watched.ExitCode);
        Assert.Contains("the silo goes on", watched.Error);
        Assert.Equal("running", status.Json.GetProperty("state").GetString());
        Assert.Equal(0, await silo.StopAsync());
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhatTellsWithoutEnd_EndsWithItsReader_AndTheSiloGoesOn()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells that a pipe has no reader.");
        using var silo = await SiloProcess.StartAsync(_icon);
        var submitted = await SubmitAsync(TinyExperiment.Json(steps: 1_000_000));
        var run = submitted.GetProperty("cells")[0].GetProperty("runId").GetString()!;

        foreach (var arguments in (string[][])[["logs", run, "--follow"], ["logs", run, "--follow", "--json"], ["watch", "tiny", "--json"], ["watch", "tiny"]])
        {
            using var told = _icon.Start(arguments);
            // The table of a watch comes at its end; until then it tells standard error.
            var (reader, other) = arguments is ["watch", _] ? (told.StandardError, told.StandardOutput) : (told.StandardOutput, told.StandardError);
            Assert.NotNull(await reader.ReadLineAsync());
            reader.Close();
            using var patience = new CancellationTokenSource(Patience.Limit);
            await other.ReadToEndAsync(patience.Token);
            await told.WaitForExitAsync(patience.Token);
            Assert.Equal(130, told.ExitCode);
        }
        Assert.Equal("running", (await _icon.RunAsync("status", "tiny", "--json")).Json.GetProperty("state").GetString());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AnotherMachine_NeedsUrlAndTokenAlone_AndSendsItsFolderAlong()
    {
        using var silo = await SiloProcess.StartAsync(_icon);
        using var elsewhere = new Icon();
        await elsewhere.RunAsync("dataset", "make", "noto-faces", "--count", "12", "--size", "16", "--output", Path.Combine(elsewhere.Folder, "faces"));
        File.WriteAllText(Path.Combine(elsewhere.Folder, "faces", "notes.txt"), "nothing to look at");
        var file = elsewhere.Write("folder.json", TinyExperiment.Json(steps: 3).Replace("\"source\": \"noto-faces\"", "\"source\": \"folder\", \"path\": \"faces\""));
        var start = elsewhere.Prepare("submit", file, "--watch", "--url", silo.Url);
        start.Environment["ICONDIFFUSION_TOKEN"] = File.ReadAllText(Path.Combine(_icon.Folder, "data", "token")).Trim();

        var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(Path.Combine(_icon.Folder, "data", "runs"), outcome.Output);
        Assert.Contains("notes.txt", outcome.Error);
        Assert.False(Directory.Exists(Path.Combine(elsewhere.Folder, "data", "runs")));
        Assert.False(Directory.Exists(Path.Combine(elsewhere.Folder, "data", "datasets")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Status_TellsExperimentsAndDevices_AndLogsTellLossesAndAttempts()
    {
        using var silo = await SiloProcess.StartAsync(_icon, arguments: ["--device", "RTX 3080"]);
        var submitted = await SubmitAsync(TinyExperiment.Json(steps: 30));
        await _icon.RunAsync("watch", "tiny");
        var runId = submitted.GetProperty("cells")[0].GetProperty("runId").GetString()!;

        var status = await _icon.RunAsync("status", "--json");
        var shown = await _icon.RunAsync("status");
        var logs = await _icon.RunAsync("logs", runId[..6], "--last", "5", "--json");
        var followed = await _icon.RunAsync("logs", runId, "--follow");

        Assert.Equal("finished", status.Json.GetProperty("experiments")[0].GetProperty("state").GetString());
        Assert.Equal(["cpu", "rtx-3080"], status.Json.GetProperty("devices").EnumerateArray().Select(d => d.GetProperty("device").GetProperty("class").GetString()).Order());
        Assert.Contains("RTX 3080", shown.Output);
        Assert.Equal([26L, 27, 28, 29, 30], logs.Json.GetProperty("losses").EnumerateArray().Select(loss => loss.GetProperty("step").GetInt64()));
        Assert.Contains(logs.Json.GetProperty("events").EnumerateArray(), e => e.GetProperty("kind").GetString() == "done");
        Assert.Equal(0, followed.ExitCode);
        Assert.Contains("step       30", followed.Output);
    }

    [Fact]
    public async Task TheDashboardsAddress_SignsIn_AndWithoutASiloThereIsNone()
    {
        var none = await _icon.RunAsync("dashboard");
        using var silo = await SiloProcess.StartAsync(_icon);

        var outcome = await _icon.RunAsync("dashboard");

        Assert.Equal(1, none.ExitCode);
        Assert.Contains("icon silo", none.Error);
        var token = (await File.ReadAllTextAsync(Path.Combine(_icon.Folder, "data", "token"))).Trim();
        Assert.Equal($"{silo.Url.TrimEnd('/')}/#token={token}", outcome.Output.Trim());
        using var browser = new HttpClient();
        Assert.Contains("dashboard.js", await browser.GetStringAsync(outcome.Output.Trim()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ARunOnTheDataFolderOfASilo_IsHandedToIt()
    {
        using var silo = await SiloProcess.StartAsync(_icon);
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 3));

        var outcome = await _icon.RunAsync("run", file, "--json");
        var status = await _icon.RunAsync("status", "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(silo.Url, outcome.Error);
        Assert.Single(outcome.Json.GetProperty("results").EnumerateArray());
        Assert.Single(status.Json.GetProperty("experiments").EnumerateArray());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ASecondSiloOnADataFolder_NamesTheFirst()
    {
        using var silo = await SiloProcess.StartAsync(_icon);

        var second = await _icon.RunAsync("silo", "--url", "http://127.0.0.1:0");

        Assert.Equal(1, second.ExitCode);
        Assert.Contains(silo.Url.TrimEnd('/'), second.Error);
    }

    [Fact]
    public async Task WrongOptionsOfASilo_AreNamed()
    {
        var outcome = await _icon.RunAsync("silo", "--url", "http://0.0.0.0:5480", "--name", "my desktop");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--listen", outcome.Error);
        Assert.Contains("my desktop", outcome.Error);
    }

    [Fact]
    public async Task WithoutASilo_EveryCommandTellsHowToStartOne()
    {
        foreach (var command in (string[][])[["watch"], ["status"], ["pause", "tiny"], ["logs", "abc"], ["submit", _icon.Write("tiny.json", TinyExperiment.Json(steps: 1))]])
        {
            var outcome = await _icon.RunAsync(command);

            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("icon silo", outcome.Error);
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ASiloThatDoesNotAnswer_AWrongToken_AndAnUnknownExperiment_AreToldApart()
    {
        using var silo = await SiloProcess.StartAsync(_icon);
        await SubmitAsync(TinyExperiment.Json(steps: 3));

        // Port 1 is nobody's.
        var nobody = await _icon.RunAsync("status", "--url", "http://127.0.0.1:1", "--token", "x");
        var stranger = await _icon.RunAsync("status", "--token", "wrong");
        var unknown = await _icon.RunAsync("results", "huge");
        var noToken = await _icon.RunAsync("status", "--url", "http://desktop.invalid:5480");

        Assert.Equal((1, 2, 2, 2), (nobody.ExitCode, stranger.ExitCode, unknown.ExitCode, noToken.ExitCode));
        Assert.Contains("http://127.0.0.1:1/ does not answer", nobody.Error);
        Assert.Contains("refuses the token", stranger.Error);
        Assert.Contains("no experiment 'huge'; there is tiny-", unknown.Error);
        Assert.Contains("no token", noToken.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ATokenOfARole_OpensWhatTheRoleMay_UntilItIsRevoked()
    {
        using var silo = await SiloProcess.StartAsync(_icon);
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 1));

        var shown = (await _icon.RunAsync("token", "add", "wall", "--role", "watch")).Output.Trim();
        var worker = (await _icon.RunAsync("token", "add", "laptop", "--role", "work", "--json")).Json.GetProperty("token").GetString()!;
        var status = await _icon.RunAsync("status", "--token", shown);
        var refused = await _icon.RunAsync("submit", file, "--token", shown);
        var submitted = await _icon.RunAsync("submit", file, "--token", worker);
        var forbidden = await _icon.RunAsync("token", "list", "--token", worker);
        var listed = await _icon.RunAsync("token", "list", "--json");
        var revoked = await _icon.RunAsync("token", "revoke", "wall");
        var stranger = await _icon.RunAsync("status", "--token", shown);
        var wrong = await _icon.RunAsync("token", "add", "x", "--role", "king");

        Assert.Equal((0, 2, 0, 2, 0, 2, 2), (status.ExitCode, refused.ExitCode, submitted.ExitCode, forbidden.ExitCode, revoked.ExitCode, stranger.ExitCode, wrong.ExitCode));
        Assert.Contains("role work", refused.Error);
        Assert.Contains("role own", forbidden.Error);
        Assert.Equal(
            [("laptop", "work"), ("wall", "watch")],
            listed.Json.EnumerateArray().Select(token => (token.GetProperty("name").GetString()!, token.GetProperty("role").GetString()!)));
        Assert.DoesNotContain(shown, listed.Output + silo.Error);
    }

    /// <summary>Asks for the status until it is as wanted.</summary>
    private async Task UntilAsync(Func<JsonElement, bool> isWanted)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!isWanted((await _icon.RunAsync("status", "--json")).Json))
            patience.Token.ThrowIfCancellationRequested();
    }
}
