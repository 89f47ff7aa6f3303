using System.Runtime.InteropServices;

namespace IconDiffusion.Torch.Tests;

public sealed class NativeLoaderTests : IDisposable
{
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
    public void ALibraryOfAnotherInterface_IsRefused()
    {
        // Any real library will do, such as one of .NET's own: it loads, and lacks the function that tells the version.
        File.Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"),
            Path.Combine(_folder, "libicondiffusion_torch.so"));

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
