using System.Diagnostics;
using IconDiffusion.Tests;

namespace IconDiffusion.Client.Tests;

/// <summary>The program compiled for Windows, which it cannot be run on here.</summary>
[Trait("Speed", "Slow")]
public sealed class WindowsBuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("icon-windows-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheProgram_CompilesForWindows_WithoutAWarning_AndWithoutAnotherSystemsLibraries()
    {
        // Without libtorch itself, a download of hundreds of megabytes, and without the small starter icon.exe.
        var start = new ProcessStartInfo("dotnet",
        [
            "build", Checkout.PathOf("silo"), "-c", "Release", "-r", "win-x64", "--no-self-contained", "--artifacts-path", _folder,
            "-p:LibTorchPackage=", "-p:UseAppHost=false", "-warnaserror", "-nodeReuse:false", "--nologo", "-v", "quiet",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var build = Process.Start(start)!;
        var error = build.StandardError.ReadToEndAsync();
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();

        Assert.True(build.ExitCode == 0, output + await error);
        var program = Path.GetDirectoryName(Assert.Single(Directory.GetFiles(Path.Combine(_folder, "bin"), "icon-silo.dll", SearchOption.AllDirectories)))!;
        var files = Directory.GetFiles(program, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToHashSet();
        Assert.Superset(new HashSet<string?> { "LibTorchSharp.dll", "libvips-42.dll", "onnxruntime.dll", "e_sqlite3.dll" }, files);
        Assert.DoesNotContain(files, IsOfAnotherSystem);
        Assert.DoesNotContain(File.ReadAllText(Path.Combine(program, "icon-silo.deps.json")).Split('"'), IsOfAnotherSystem);
    }

    private static bool IsOfAnotherSystem(string? file) =>
        Path.GetExtension(file) is ".so" or ".dylib" || (file?.Contains(".so.", StringComparison.Ordinal) ?? false);
}
