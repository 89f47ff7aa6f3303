using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary>How the client becomes the silo's executable, or starts it where a process cannot become another.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    public async Task BothPrograms_ListTheSameCommands()
    {
        var client = await _icon.RunAsync("--help");
        using var silo = Process.Start(_icon.PrepareWith(Path.Combine(Icon.Silo, "icon-silo.dll"), "--help"))!;

        Assert.Equal((await Icon.EndAsync(silo)).Output, client.Output);
    }

    [SkippableFact]
    public async Task OnUnix_TheClientsProcess_IsTheSilos()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no exec.");
        using var silo = await SiloProcess.StartAsync(_icon);

        var running = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(_icon.Folder, "data", "silo.json"))).RootElement;

        Assert.Equal(silo.Process.Id, running.GetProperty("pid").GetInt32());
        Assert.Equal(0, await silo.StopAsync());
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AChild_EndsWithACheckpoint_WhenItsLauncherIsStopped_AndTheLauncherWithItsExitCode()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        var wrong = await Icon.EndAsync(Process.Start(AsChild("run", "nowhere.json"))!);
        using var run = Process.Start(AsChild("run", _icon.Write("tiny.json", TinyExperiment.Json(steps: 5000)), "--threads", "2"))!;
        await _icon.FileAsync("step-*.json");

        await Icon.SignalAsync(run, "TERM");
        var stopped = await Icon.EndAsync(run);

        Assert.Equal((2, 130), (wrong.ExitCode, stopped.ExitCode));
        Assert.Contains("nowhere.json", wrong.Error);
    }

    [Fact]
    public async Task AChild_EndsWhenItsLauncherIsKilled()
    {
        using var launcher = Process.Start(AsChild("silo", "--url", "http://127.0.0.1:0", "--device", "cpu"))!;
        await _icon.FileAsync("silo.json");
        using var child = Process.GetProcessById(
            System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(_icon.Folder, "data", "silo.json"))).RootElement.GetProperty("pid").GetInt32());
        Assert.NotEqual(launcher.Id, child.Id);

        launcher.Kill();

        using var patience = new CancellationTokenSource(Patience.Limit);
        await child.WaitForExitAsync(patience.Token);
        Assert.True(child.HasExited);
    }

    [Fact]
    public async Task WhereTheSilosExecutableIsNot_ItsCommandsSaySo_AndListsOfCommandsAreWhole()
    {
        var alone = Path.Combine(_icon.Folder, "program");
        Directory.CreateDirectory(alone);
        foreach (var file in Directory.GetFiles(Icon.Program))
            File.Copy(file, Path.Combine(alone, Path.GetFileName(file)));
        var program = Path.Combine(alone, "icon.dll");

        var run = await Icon.EndAsync(Process.Start(_icon.PrepareWith(program, "run", "tiny.json"))!);
        var report = await Icon.EndAsync(Process.Start(_icon.PrepareWith(program, "report", "--help"))!);
        var help = await Icon.EndAsync(Process.Start(_icon.PrepareWith(program, "--help"))!);

        Assert.Equal((3, 0, 0), (run.ExitCode, report.ExitCode, help.ExitCode));
        Assert.Contains("icon-silo", run.Error);
        Assert.Contains("<what>", report.Output);
        Assert.Equal((await _icon.RunAsync("--help")).Output, help.Output);
    }

    private ProcessStartInfo AsChild(params string[] arguments)
    {
        var start = _icon.Prepare(arguments);
        start.Environment["ICON_AS_CHILD"] = "1";
        return start;
    }
}
