using System.Diagnostics;
using System.Runtime.InteropServices;

namespace IconDiffusion.Client.Tests;

public sealed class CompareTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task BuiltInSetsAndFolders_AreCompared_InEveryFormat()
    {
        string[] compare = ["compare", "noto-faces-early", "noto-faces-new", "--count", "4", "--size", "16", "--random-features"];

        var json = await _icon.RunAsync([.. compare, "--json", "--output", "out"]);
        var csv = await _icon.RunAsync([.. compare, "--format", "csv"]);

        Assert.Equal(0, json.ExitCode);
        Assert.Equal("noto-faces-new", json.Json[0].GetProperty("second").GetProperty("name").GetString());
        Assert.Equal("OFL 1.1", json.Json[0].GetProperty("second").GetProperty("consent").GetProperty("licence").GetString());
        Assert.True(File.Exists(Path.Combine(_icon.Folder, "out", "gallery.png")));
        Assert.StartsWith("pair,first,second,n,m,fid,mae,nwi", csv.Output);
        Assert.Contains("noto-faces-new,noto-faces-early,noto-faces-new,4,4,", csv.Output);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ADamagedFile_RefusesTheComparison_UnlessItMayBeLeftOut()
    {
        var folder = Path.Combine(_icon.Folder, "faces");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "4", "--size", "16", "--output", folder);
        File.WriteAllText(Path.Combine(folder, "broken.png"), "no picture");

        var refused = await _icon.RunAsync("compare", folder, folder, "--random-features");
        var rest = await _icon.RunAsync("evaluate", "--training", folder, "--generated", folder, "--random-features", "--skip-unreadable", "--json");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--skip-unreadable", refused.Error);
        Assert.Equal((0, 4), (rest.ExitCode, rest.Json.GetProperty("trainingCount").GetInt32()));
    }

    [Fact]
    public async Task APackageThatIsNotThere_IsNamedWithTheCommandThatFetchesIt()
    {
        var outcome = await _icon.RunAsync("compare", "noto-faces", "openmoji-faces", "--random-features");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("icon dataset install openmoji", outcome.Error);
    }

    [Fact]
    public async Task WithoutNpm_TheInstallationSaysWhatToDo()
    {
        var outcome = await RunWithPathAsync("/nowhere", "dataset", "install", "openmoji");

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("npm, which fetches openmoji@17.0.0, was not found", outcome.Error);
        Assert.Contains("--from FILE", outcome.Error);
        Assert.False(Directory.Exists(Path.Combine(_icon.Folder, "data", "packages")));
    }

    [Fact]
    public async Task AnNpmThatFails_IsQuoted_AndNothingIsInstalled()
    {
        var npm = _icon.Write("npm", "#!/bin/sh\necho 'npm error network getaddrinfo ENOTFOUND registry' >&2\nexit 1\n");
        using (var chmod = Process.Start("chmod", ["+x", npm]))
            await chmod.WaitForExitAsync();

        var outcome = await RunWithPathAsync($"{_icon.Folder}:/bin:/usr/bin", "dataset", "install", "twemoji");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("npm could not fetch @twemoji/svg@15.0.0 (exit code 1: npm error network getaddrinfo ENOTFOUND registry)", outcome.Error);
        Assert.False(Directory.Exists(Path.Combine(_icon.Folder, "data", "packages")));
    }

    [Fact]
    public async Task AnArchiveOfSomethingElse_IsNotInstalled()
    {
        var outcome = await _icon.RunAsync("dataset", "install", "openmoji", "--from", _icon.Write("other.tgz", "no archive"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("is not openmoji@17.0.0", outcome.Error);
    }

    [Fact]
    public async Task AnExperimentOfComparisons_EndsWithOneWhereAnExpectedOrderDoesNotCome()
    {
        var file = _icon.Write("t.json", """
            {
              "name": "tiny",
              "comparisons": [
                { "name": "self", "first": { "source": "noto-faces", "count": 4, "imageSize": 16 }, "second": { "source": "noto-faces", "count": 4, "imageSize": 16 } },
                { "name": "new", "first": { "source": "noto-faces", "count": 4, "imageSize": 16 }, "second": { "source": "noto-faces", "release": "new", "count": 3, "imageSize": 16 } }
              ],
              "expected": [{ "figure": "mae", "of": "new", "below": ["self"] }],
              "evaluation": { "inception": "random", "figures": "preprint" }
            }
            """);

        var outcome = await _icon.RunAsync("run", file);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("does not lie below that of 'self' (0.00), against what was expected.", outcome.Error);
        Assert.Contains("NOT MET", outcome.Output);
    }

    private async Task<Icon.Outcome> RunWithPathAsync(string path, params string[] arguments)
    {
        var start = _icon.Prepare(arguments);
        // That path lacks dotnet too, which lies three folders above its runtime.
        start.FileName = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        start.Environment["PATH"] = path;
        using var process = Process.Start(start)!;
        return await Icon.EndAsync(process);
    }
}
