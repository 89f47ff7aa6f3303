namespace IconDiffusion.Client.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Theory]
    [InlineData("run")]
    [InlineData("silo")]
    [InlineData("submit")]
    [InlineData("watch")]
    [InlineData("status")]
    [InlineData("dashboard")]
    [InlineData("report")]
    [InlineData("results")]
    [InlineData("logs")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    [InlineData("retry")]
    [InlineData("plan")]
    [InlineData("sample")]
    [InlineData("evaluate")]
    [InlineData("compare")]
    [InlineData("dataset", "make")]
    [InlineData("dataset", "check")]
    [InlineData("consent", "list")]
    [InlineData("consent", "show")]
    [InlineData("consent", "grant")]
    [InlineData("consent", "revoke")]
    [InlineData("publish")]
    [InlineData("dataset", "install")]
    [InlineData("weights")]
    [InlineData("doctor")]
    public async Task EveryCommandsHelp_TeachesWithAnExample(params string[] command)
    {
        var outcome = await _icon.RunAsync([.. command, "--help"]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Example", outcome.Output);
        Assert.Contains($"icon {string.Join(' ', command)}", outcome.Output);
        Assert.Contains("--json", outcome.Output);
    }

    [Theory]
    [InlineData(null, "run", "dashboard", "doctor")]
    [InlineData("consent", "list", "revoke")]
    public async Task AListOfCommands_HasALineForEach(string? group, params string[] names)
    {
        var outcome = await _icon.RunAsync(group is null ? ["--help"] : [group, "--help"]);

        var lines = outcome.Output.Split("Commands:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(lines, line => Assert.Matches(@"^\w+( <\w+>)*  .*\.$", line));
        Assert.All(names, name => Assert.Single(lines, line => line.StartsWith($"{name} ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("fly")]
    [InlineData("run")]
    [InlineData("plan", "x.json", "--threads", "0")]
    [InlineData("sample")]
    [InlineData("logs", "abc", "--last", "0")]
    public async Task AWrongCommandLine_EndsWithTwo_AndSaysWhereHelpIs(params string[] arguments)
    {
        var outcome = await _icon.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.Contains("--help", outcome.Error);
    }

    [Fact]
    public async Task AMissingExperimentFile_IsNamed()
    {
        var outcome = await _icon.RunAsync("run", "nowhere.json");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal("icon: There is no experiment file 'nowhere.json'.\n", outcome.Error);
    }

    [Fact]
    public async Task AMistakeInAnExperimentFile_IsNamed_AndNothingIsStarted()
    {
        var file = _icon.Write("typo.json", """
            { "name": "typo", "dataset": { "source": "noto-faces" }, "model": { "kind": "ddpm", "unet": { "dim": 32, "dimMult": [1] } } }
            """);

        var outcome = await _icon.RunAsync("run", file);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("unknown key 'model.unet.dimMult' (did you mean 'dimMults'?)", outcome.Error);
        Assert.False(Directory.Exists(Path.Combine(_icon.Folder, "data")));
    }

    [Theory]
    [InlineData("cuda:99", "but this libtorch sees")]
    [InlineData("tpu", "wanted auto, cpu, cuda or cuda:N")]
    public async Task ADeviceThatIsNotThere_IsNamed(string device, string expected)
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 1));

        var outcome = await _icon.RunAsync("plan", file, "--device", device);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error);
    }

    [Fact]
    public async Task TheDoctor_ListsEveryPart_AndFindsNothingMissingHere()
    {
        var outcome = await _icon.RunAsync("doctor", "--json");

        Assert.Equal(0, outcome.ExitCode);
        var parts = outcome.Json.EnumerateArray().Select(p => p.GetProperty("part").GetString()).ToArray();
        Assert.Superset(new HashSet<string?> { "libtorch", "device", "libvips", "face font", "data folder" }, parts.ToHashSet());
        var weights = outcome.Json.EnumerateArray().Single(p => p.GetProperty("part").GetString() == "Inception weights");
        Assert.False(weights.GetProperty("ok").GetBoolean());
        Assert.Equal("./icon weights", weights.GetProperty("fix").GetString());
    }

    [Fact]
    public async Task TheEmojiFontsFile_CanBeNamed()
    {
        var start = _icon.Prepare("doctor", "--json");
        start.Environment["ICONDIFFUSION_EMOJI_FONT"] = _icon.Write("NotoColorEmoji.ttf", "");

        var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);

        var font = outcome.Json.EnumerateArray().Single(p => p.GetProperty("part").GetString() == "face font");
        Assert.Equal($"Noto Color Emoji, {start.Environment["ICONDIFFUSION_EMOJI_FONT"]}", font.GetProperty("found").GetString());
    }

    [Fact]
    public async Task AnEmojiFontThatIsNotThere_IsNamed()
    {
        var start = _icon.Prepare("dataset", "check", "noto-faces");
        start.Environment["ICONDIFFUSION_EMOJI_FONT"] = Path.Combine(_icon.Folder, "none.ttf");

        var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(start.Environment["ICONDIFFUSION_EMOJI_FONT"]!, outcome.Error);
    }

    [SkippableTheory]
    [InlineData("plan tiny.json", false)]
    [InlineData("dataset check noto-faces", true)]
    public async Task LibvipsIsLoaded_OnlyWherePicturesAre(string command, bool loaded)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux' loader tells what it loads.");
        _icon.Write("tiny.json", TinyExperiment.Json(steps: 1));
        var start = _icon.Prepare(command.Split(' '));
        start.Environment["LD_DEBUG"] = "files";

        var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(loaded, outcome.Error.Contains("libvips.so.42", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWrongWeightsFile_IsRefused_WithWhatCameAndWhatWasWanted()
    {
        var file = _icon.Write("weights.pth", "not weights");

        var outcome = await _icon.RunAsync("weights", "--from", file);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("6726825d", outcome.Error);
        Assert.False(File.Exists(Path.Combine(_icon.Folder, "data", "weights", "pt_inception-2015-12-05-6726825d.pth")));
    }
}
