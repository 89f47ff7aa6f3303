using System.Runtime.InteropServices;

namespace IconDiffusion.Torch.Tests;

public sealed class NativeLoaderTests : IDisposable
{
    private static readonly string SomeLibrary = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so");

    private readonly string _folder = Directory.CreateTempSubdirectory("icon-native-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AMissingLibrary_IsExplainedWithTheCommandThatHelps()
    {
        var (code, output) = ChildProcess.Run(["load"], ("ICONDIFFUSION_NATIVE", _folder));

        Assert.Equal(1, code);
        Assert.StartsWith("DllNotFoundException: Found no libicondiffusion_torch.so", output);
        Assert.Contains(_folder, output);
        Assert.Contains("./icon doctor", output);
    }

    [Fact]
    public void AFileThatIsNoLibrary_IsNamedWithTheLoadersReason()
    {
        File.WriteAllText(Path.Combine(_folder, "libicondiffusion_torch.so"), "not a library");

        var (code, output) = ChildProcess.Run(["load"], ("ICONDIFFUSION_NATIVE", _folder));

        Assert.Equal(1, code);
        Assert.Contains("libicondiffusion_torch.so, but it does not load", output);
        Assert.Contains("./icon doctor", output);
    }

    [Fact]
    public void AMissingLibtorch_IsNamed()
    {
        // A library whose dependency is not there, as when libtorch has gone: one of .NET's own, asking for a libc that nobody has.
        var bytes = File.ReadAllBytes(SomeLibrary);
        int at = bytes.AsSpan().IndexOf("libc.so.6\0"u8);
        "libq.so.6"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(Path.Combine(_folder, "libicondiffusion_torch.so"), bytes);

        var (code, output) = ChildProcess.Run(["load"], ("ICONDIFFUSION_NATIVE", _folder));

        Assert.Equal(1, code);
        Assert.Contains("it does not load: libq.so.6: cannot open shared object file", output);
    }

    [Fact]
    public void ALibraryOfAnotherInterface_IsRefused()
    {
        // Any real library will do: it loads, and lacks the function that tells the version.
        File.Copy(SomeLibrary, Path.Combine(_folder, "libicondiffusion_torch.so"));

        var (code, output) = ChildProcess.Run(["load"], ("ICONDIFFUSION_NATIVE", _folder));

        Assert.Equal(1, code);
        Assert.Contains("has interface version 0", output);
    }

    [Fact]
    public void TheLibraryOfThisCheckout_IsFoundWithoutHelp()
    {
        var (code, output) = ChildProcess.Run(["load"]);

        Assert.Equal("2", output.Trim());
        Assert.Equal(0, code);
    }

    [Fact]
    public void ConfigureEnvironment_SetsWhatIsUnsetAndKeepsWhatTheUserSet()
    {
        var (_, output) = ChildProcess.Run(["environment", "OMP_WAIT_POLICY", "OPENBLAS_CORETYPE"], ("OPENBLAS_CORETYPE", "Nehalem"));

        Assert.Equal(["passive", "Nehalem"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
