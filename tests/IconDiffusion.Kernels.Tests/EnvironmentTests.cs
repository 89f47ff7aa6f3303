using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

public sealed class EnvironmentTests
{
    [SkippableFact]
    public void TheKernels_AreBuilt_WhereThereIsACompiler()
    {
        Skip.IfNot(File.Exists("/usr/bin/cmake") && File.Exists("/usr/bin/c++"), "no cmake or no C++ compiler here");

        Assert.Null(KernelLibrary.Note);
    }

    [Fact]
    public void WithoutTheKernels_TheSameIsComputed()
    {
        var (code, output) = ChildProcess.Run(["kernels"], (KernelLibrary.Variable, "none"));

        Assert.Equal("False 4", output.Trim());
        Assert.Equal(0, code);
    }

    [SkippableFact]
    public void KernelsAndLibtorch_ShareTheirThreads()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "no kernels here");

        Assert.Equal(get_num_threads(), NativeKernels.icon_pool_threads());
    }

    [SkippableFact]
    public void Configure_SetsWhatIsUnsetAndKeepsWhatTheUserSet()
    {
        Skip.If(OperatingSystem.IsWindows(), "the names of the C library");
        var (_, output) = ChildProcess.Run(["environment", "OMP_WAIT_POLICY", "ATEN_CPU_CAPABILITY"], ("ATEN_CPU_CAPABILITY", "avx2"));

        Assert.Equal(["passive", "avx2"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
