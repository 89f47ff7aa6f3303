using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary>The client alone: what a machine needs that only asks a silo elsewhere.</summary>
public sealed class ThinTests : IDisposable
{
    private static readonly string[] Assemblies =
        ["IconDiffusion.Specs.dll", "Spectre.Console.Ansi.dll", "Spectre.Console.dll", "System.CommandLine.dll", "icon.dll"];

    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    public void ItsFolder_HoldsNoEngine_AndNoNativeLibrary()
    {
        var files = Directory.GetFiles(Icon.Program, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Icon.Program, file)).ToArray();

        Assert.Equal(Assemblies, files.Where(file => Path.GetExtension(file) == ".dll").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(files, file => Path.GetExtension(file) is ".so" or ".dylib");
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhileItWatches_ItHasLoadedItsOwnAssemblies_AndTheRuntimesLibrariesAlone()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells what a process has loaded.");
        using var silo = await SiloProcess.StartAsync(_icon);
        var submitted = await _icon.RunAsync("submit", _icon.Write("tiny.json", TinyExperiment.Json(steps: 5000)));
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        using var watch = _icon.Start("watch");
        // Its first line: it has heard from the silo.
        Assert.NotNull(await watch.StandardError.ReadLineAsync());

        var loaded = File.ReadLines($"/proc/{watch.Id}/maps").Select(line => line[(line.IndexOf('/', StringComparison.Ordinal) is var at && at < 0 ? line.Length : at)..]).Distinct().ToArray();
        watch.Kill();

        Assert.Subset(Assemblies.ToHashSet(), Own(loaded).ToHashSet());
        Assert.Contains("IconDiffusion.Specs.dll", Own(loaded));
        Assert.Contains(loaded, file => file.EndsWith("/libcoreclr.so", StringComparison.Ordinal));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task Status_LoadsNoLibraryOfOurs()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux' loader tells what it loads.");
        using var silo = await SiloProcess.StartAsync(_icon);
        var start = _icon.Prepare("status", "--json");
        start.Environment["LD_DEBUG"] = "files";

        var outcome = await Icon.EndAsync(Process.Start(start)!);

        Assert.Equal("desktop", outcome.Json.GetProperty("devices")[0].GetProperty("silo").GetString());
        Assert.Contains("libcoreclr.so", outcome.Error);
        Assert.DoesNotContain(Checkout.PathOf(), outcome.Error);
    }

    // Mapped files of the checkout, the packages of which lie beside the program.
    private static IEnumerable<string> Own(IEnumerable<string> files) =>
        files.Where(file => file.StartsWith(Checkout.PathOf(), StringComparison.Ordinal)).Select(file => Path.GetFileName(file));
}
