using TorchSharp;

namespace IconDiffusion.Torch.Tests;

public sealed class RuntimeTests
{
    [Fact]
    public void Versions_AreTold()
    {
        Assert.Matches(@"^\d+\.\d+", torch.__version__);
        Assert.Contains("ATen parallel backend", TorchExtras.BuildInfo());
    }

    [Fact]
    public void Switches_KeepWhatWasSet()
    {
        bool before = torch.backends.cudnn.allow_tf32;
        torch.backends.cudnn.allow_tf32 = !before;
        bool after = torch.backends.cudnn.allow_tf32;
        torch.backends.cudnn.allow_tf32 = before;
        TorchExtras.CudnnBenchmark = true;

        Assert.Equal(!before, after);
        Assert.True(TorchExtras.CudnnBenchmark);
    }

    [SkippableFact]
    public void WithoutAGpu_CudaIsRefusedWithAReason()
    {
        Skip.If(torch.cuda.is_available(), "This machine has a CUDA device that libtorch can use.");

        Assert.Equal(0, torch.cuda.device_count());
        Assert.Throws<TorchException>(() => torch.zeros(1, device: torch.CUDA));
        Assert.True(TorchExtras.empty_cache());
    }

    [SkippableFact]
    public void AGpu_ComputesWhatTheCpuDoes()
    {
        Skip.IfNot(torch.cuda.is_available(), "No CUDA device that libtorch can use.");
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(1, torch.CUDA);
        var x = torch.randn([4, 4], device: torch.CUDA, generator: generator);
        torch.cuda.synchronize();

        Assert.True(x.matmul(x).cpu().allclose(x.cpu().matmul(x.cpu()), rtol: 1e-2, atol: 1e-2));
        Assert.NotEmpty(TorchExtras.CudaDevices());
    }

    [Theory]
    [InlineData("cpu", "cpu", -1)]
    [InlineData("cuda", "cuda", -1)]
    [InlineData("CUDA:1", "cuda:1", 1)]
    public void Devices_ReadAndPrint(string description, string printed, int index)
    {
        var device = torch.device(description);

        Assert.Equal(printed, device.ToString());
        Assert.Equal(index, device.index);
        Assert.Equal(device, torch.device(printed));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    public void OtherDevices_AreRefused(string description) =>
        Assert.Contains(description, Assert.Throws<ArgumentException>(() => torch.device(description)).Message);
}
