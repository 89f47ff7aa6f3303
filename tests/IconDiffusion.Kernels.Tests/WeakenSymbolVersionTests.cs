using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace IconDiffusion.Kernels.Tests;

/// <summary>
/// The build's task that lets TorchSharp's native library load on Debian 12, run by MSBuild on that library with the version's name
/// changed to one that no system has.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class WeakenSymbolVersionTests : IDisposable
{
    private const string Missing = "GLIBCXX_3.9.99";

    private readonly string _folder = Directory.CreateTempSubdirectory("icon-weaken-").FullName;

    private string Result => Path.Combine(_folder, "out", "result.so");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void ARequirementThatNoRelocationUses_IsMarkedAsWeak_AndNothingElseChanges()
    {
        var library = Renamed("GLIBCXX_3.4.32");

        var exitCode = Weaken(library);

        Assert.Equal(0, exitCode);
        // VER_FLG_WEAK in vna_flags of the pinned TorchSharp's library.
        Assert.Equal([(260660, 0, 2)], Differences(library, File.ReadAllBytes(Result)));
    }

    [SkippableFact]
    public void ARequirementThatARelocationUses_IsRefused() => AssertRefused(Renamed("GLIBCXX_3.4.21"));

    [SkippableFact]
    public void AFileOfAnotherKind_IsRefused() => AssertRefused(Encoding.ASCII.GetBytes(new string('x', 4096)));

    [SkippableFact]
    public void ALibraryOf32Bits_IsRefused()
    {
        var library = Renamed("GLIBCXX_3.4.32");
        library[4] = 1; // ELFCLASS32

        AssertRefused(library);
    }

    [SkippableFact]
    public void ALibraryWithoutItsTableOfSections_IsRefused()
    {
        var library = Renamed("GLIBCXX_3.4.32");
        library.AsSpan(40, 8).Clear();  // e_shoff
        library.AsSpan(60, 2).Clear();  // e_shnum

        AssertRefused(library);
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(200_000)]
    [InlineData(1_000_000)]
    public void ALibraryThatIsCutOff_IsRefused(int length) => AssertRefused(Renamed("GLIBCXX_3.4.32")[..length]);

    [SkippableFact]
    public void ALibraryThatDoesNotAskForTheVersion_IsCopied()
    {
        var library = Original();

        var exitCode = Weaken(library);

        Assert.Equal(0, exitCode);
        Assert.Equal(library, File.ReadAllBytes(Result));
    }

    private void AssertRefused(byte[] library)
    {
        var exitCode = Weaken(library);

        Assert.Equal(1, exitCode);
        Assert.False(File.Exists(Result));
    }

    private int Weaken(byte[] library)
    {
        var file = Path.Combine(_folder, "library.so");
        File.WriteAllBytes(file, library);
        var project = Path.Combine(_folder, "weaken.proj");
        File.WriteAllText(project, $"""
            <Project>
              <Import Project="{Checkout.PathOf("Directory.Build.targets")}" />
              <Target Name="Weaken">
                <WeakenSymbolVersion Library="{file}" SymbolVersion="{Missing}" Result="{Result}" />
              </Target>
            </Project>
            """);
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", project, "-t:Weaken", "-nologo", "-v:quiet"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = build.StandardError.ReadToEndAsync();
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        // A task that does not compile, or throws, refuses nothing.
        Assert.DoesNotContain("MSB4", output + errors.Result);
        return build.ExitCode;
    }

    // The package's library, in which a version's name is one of the same length that no C++ library has.
    private static byte[] Renamed(string version)
    {
        var library = Original();
        var at = library.AsSpan().IndexOf(Encoding.ASCII.GetBytes(version + '\0'));
        Encoding.ASCII.GetBytes(Missing, library.AsSpan(at));
        return library;
    }

    private static byte[] Original()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the task runs in Linux' builds alone");
        var package = typeof(WeakenSymbolVersionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "TorchSharp").Value!;
        return File.ReadAllBytes(Path.Combine(package, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
    }

    private static (int At, byte Before, byte After)[] Differences(byte[] before, byte[] after)
    {
        Assert.Equal(before.Length, after.Length);
        return [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).Select(i => (i, before[i], after[i]))];
    }
}
