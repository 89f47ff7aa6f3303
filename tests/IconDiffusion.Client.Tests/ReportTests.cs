using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary>Whether it copies: of runs, and of folders.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
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

        // Seen on a desktop, which here is a terminal and a program that notes what it is to open.
        Assert.Equal(page, await OpenedAsync("run", file));

        // What three steps draw are no copies; at 16 px the controls may be too alike for the rule, which publishing then says.
        var published = await _icon.RunAsync("publish", run[..6], "--to", "public", "--json");
        Assert.True(published.ExitCode is 0 || published.Error.Contains("control", StringComparison.Ordinal) || published.Error.Contains("copies", StringComparison.Ordinal), published.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AnExperimentsReport_ComesFromTheSilo_AlsoFromOneThatWasKilledWhileItMadeIt()
    {
        using (var killed = await SiloProcess.StartAsync(_icon))
        {
            Assert.Equal(0, (await _icon.RunAsync("submit", _icon.Write("tiny.json", TinyExperiment.Json(steps: 3, figures: "all")))).ExitCode);
            await _icon.FileAsync("figure2.png");   // The page comes after it.
            await killed.KillAsync();
        }
        using var silo = await SiloProcess.StartAsync(_icon);
        using var elsewhere = new Icon();
        var data = Path.Combine(_icon.Folder, "data");

        var outcome = await elsewhere.RunAsync(
            "report", "tiny", "--url", silo.Url, "--token", (await File.ReadAllTextAsync(Path.Combine(data, "token"))).Trim(), "--output", "there", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Empty(outcome.Json.GetProperty("missing").EnumerateArray());
        var made = Directory.GetDirectories(Path.Combine(data, "experiments")).Single();
        string[] files = [.. outcome.Json.GetProperty("files").EnumerateArray().Select(file => file.GetString()!)];
        Assert.Contains("report.html", files);
        Assert.Equal(files.Order(), Directory.GetFiles(Path.Combine(elsewhere.Folder, "there")).Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(made, file)), File.ReadAllBytes(Path.Combine(elsewhere.Folder, "there", file))));
    }

    [Fact]
    [Trait("Speed", "Slow")]
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

    private async Task<string> OpenedAsync(params string[] arguments)
    {
        var opener = Path.Combine(Directory.CreateDirectory(Path.Combine(_icon.Folder, "desktop")).FullName, "xdg-open");
        await File.WriteAllTextAsync(opener, $"#!/bin/sh\nprintf %s \"$1\" >'{_icon.Folder}/opening' && mv '{_icon.Folder}/opening' '{_icon.Folder}/opened.txt'\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(opener, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var icon = _icon.Prepare(arguments);
        var terminal = new ProcessStartInfo("script") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = icon.WorkingDirectory };
        foreach (var (name, value) in icon.Environment) terminal.Environment[name] = value;
        (terminal.Environment["DISPLAY"], terminal.Environment["PATH"]) = (":0", $"{Path.GetDirectoryName(opener)}:{Environment.GetEnvironmentVariable("PATH")}");
        foreach (var argument in (string[])["-qec", $"dotnet {string.Join(' ', icon.ArgumentList.Select(each => $"'{each}'"))}", "/dev/null"]) terminal.ArgumentList.Add(argument);
        using var process = Process.Start(terminal)!;
        Assert.Equal(0, (await Icon.EndAsync(process)).ExitCode);
        await _icon.FileAsync("opened.txt");
        return await File.ReadAllTextAsync(Path.Combine(_icon.Folder, "opened.txt"));
    }

    [Theory]
    [Trait("Speed", "Slow")]
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
