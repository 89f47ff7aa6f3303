using IconDiffusion.Imaging;

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
    [InlineData("token", "list")]
    [InlineData("token", "add")]
    [InlineData("token", "revoke")]
    [InlineData("plan")]
    [InlineData("sample")]
    [InlineData("upscale")]
    [InlineData("evaluate")]
    [InlineData("compare")]
    [InlineData("dataset", "make")]
    [InlineData("dataset", "check")]
    [InlineData("dataset", "tags")]
    [InlineData("consent", "list")]
    [InlineData("consent", "show")]
    [InlineData("consent", "grant")]
    [InlineData("consent", "revoke")]
    [InlineData("publish")]
    [InlineData("demo")]
    [InlineData("dataset", "install")]
    [InlineData("weights")]
    [InlineData("doctor")]
    [InlineData("completion")]
    [Trait("Speed", "Slow")]
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

    [Theory]
    [InlineData("4294967296", "--seed is 4294967296; wanted a whole number from -2147483648 to 2147483647.")]
    [InlineData("many", "--seed is many; wanted a whole number.")]
    public async Task ANumberThatIsNone_IsNamed_WithWhatIsWanted(string seed, string expected)
    {
        var outcome = await _icon.RunAsync("dataset", "check", "layered", "--seed", seed);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error);
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
        foreach (var (part, fix) in new[] { ("Inception weights", "./icon weights"), ("VGG-19 weights", "./icon weights vgg19") })
        {
            var weights = outcome.Json.EnumerateArray().Single(p => p.GetProperty("part").GetString() == part);
            Assert.False(weights.GetProperty("ok").GetBoolean());
            Assert.Equal(fix, weights.GetProperty("fix").GetString());
        }
    }

    // By the environment, and by the option, which is the stronger.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Speed", "Slow")]
    public async Task TheEmojiFontsFile_CanBeNamed(bool byOption)
    {
        var file = Path.Combine(_icon.Folder, "copied.ttf");
        File.Copy(EmojiFont.FilePath, file);
        var start = _icon.Prepare(["doctor", "--json", .. byOption ? ["--emoji-font", file] : (string[])[]]);
        start.Environment[EmojiFont.FileVariable] = byOption ? Path.Combine(_icon.Folder, "none.ttf") : file;

        var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);

        var font = outcome.Json.EnumerateArray().Single(p => p.GetProperty("part").GetString() == "face font");
        Assert.Equal($"Noto Color Emoji, {file}", font.GetProperty("found").GetString());
    }

    [Fact]
    public async Task AnEmojiFontOfTheSameFile_GivesTheSameDataSet()
    {
        var file = Path.Combine(_icon.Folder, "copied.ttf");
        File.Copy(EmojiFont.FilePath, file);

        var installed = await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "3", "--output", Path.Combine(_icon.Folder, "a"), "--json");
        var named = await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "3", "--output", Path.Combine(_icon.Folder, "b"), "--json", "--emoji-font", file);

        Assert.Equal(0, named.ExitCode);
        Assert.Equal(installed.Json.GetProperty("fingerprint").GetString(), named.Json.GetProperty("fingerprint").GetString());
    }

    [Theory]
    [InlineData("run tiny.json --emoji-font FILE")]
    [InlineData("silo --url http://127.0.0.1:0 --emoji-font FILE")]
    [InlineData("compare noto-faces-early noto-faces-new --emoji-font FILE")]
    [InlineData("report --training noto-faces-early --generated noto-faces-new --emoji-font FILE")]
    [InlineData("dataset make noto-faces --output faces --emoji-font FILE")]
    [InlineData("dataset check noto-faces --emoji-font FILE")]
    [InlineData("dataset check noto-faces")]
    [Trait("Speed", "Slow")]
    public async Task AnEmojiFontThatIsNone_IsNamedAtOnce(string command)
    {
        _icon.Write("tiny.json", TinyExperiment.Json(steps: 3));
        foreach (var file in (string[])[Path.Combine(_icon.Folder, "none.ttf"), _icon.Write("text.ttf", "no font"), _icon.Write("empty.ttf", "")])
        {
            var start = _icon.Prepare(command.Replace("FILE", file, StringComparison.Ordinal).Split(' '));
            start.Environment[EmojiFont.FileVariable] = file;

            var outcome = await Icon.EndAsync(System.Diagnostics.Process.Start(start)!);

            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains(file, Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        }
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
