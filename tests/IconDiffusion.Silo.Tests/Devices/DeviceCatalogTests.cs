using System.Runtime.Intrinsics.X86;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Devices;

namespace IconDiffusion.Silo.Tests.Devices;

public sealed class DeviceCatalogTests
{
    private static readonly string[] Gpus = ["NVIDIA GeForce RTX 3080", "NVIDIA GeForce RTX 4090"];

    [Fact]
    public void WithoutAWord_AllGpusAreTaken() => Assert.Equal(
        [("cuda:0", "rtx-3080"), ("cuda:1", "rtx-4090")], Parse(Gpus).Select(device => (device.Id, device.Class)));

    [Fact]
    public void WithoutAGpu_TheCpuIsTaken()
    {
        var cpu = Assert.Single(Parse([], "auto"));
        Assert.Equal(("cpu", "cpu", "cpu"), (cpu.Id, cpu.Class, cpu.Compute));
        Assert.Equal(ComputeDevice.CpuName, cpu.Name);
    }

    [Fact]
    public void DeclaredDevices_ComputeOnTheCpuUnderTheirNames()
    {
        var devices = Parse([], "RTX 3080:10GB", "RTX 3080", "My Card");
        Assert.Equal(["rtx-3080#1", "rtx-3080#2", "my-card"], devices.Select(device => device.Id));
        Assert.Equal(["rtx-3080", "rtx-3080", "my-card"], devices.Select(device => device.Class));
        Assert.All(devices, device => Assert.Equal("cpu", device.Compute));
        Assert.Equal([10L << 30, null, null], devices.Select(device => device.MemoryBytes));
    }

    [Fact]
    public void SeveralOfOneCpu_StayOfItsClass() => Assert.Equal(
        [("cpu#1", "cpu"), ("cpu#2", "cpu")], Parse([], "cpu", "cpu").Select(device => (device.Id, device.Class)));

    [Theory]
    [InlineData("cuda:2", "The device is 'cuda:2', but there are 2 CUDA devices; ")]
    [InlineData("cuda:-1", "The device is 'cuda:-1'; wanted cuda:N with N from 0.")]
    [InlineData("---", "The device is '---'; wanted auto, cpu, cuda, cuda:N, or a name with letters or digits such as 'RTX 3080:10GB'.")]
    public void ADeviceThatCannotBe_IsNamed(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<DeviceException>(() => Parse(Gpus, text)).Message, StringComparison.Ordinal);

    [Fact]
    public void DeclaredMemory_BoundsWhatIsFree()
    {
        var memory = new DeviceMemory(new(TotalBytes: 32L << 30, AvailableBytes: 20L << 30, HeldBytes: 1L << 30), []);
        var devices = new DeviceCatalog(Parse([], "RTX 3080:10GB", "cpu"), () => memory).Describe(isWorking: true);
        Assert.Equal([(10L << 30, 10L << 30), (32L << 30, 20L << 30)], devices.Select(device => (device.MemoryBytes, device.FreeMemoryBytes)));
    }

    [Fact]
    public void WhatAnIdleProcessHolds_CanBeUsedAgain()
    {
        var memory = new DeviceMemory(new(TotalBytes: 32L << 30, AvailableBytes: 20L << 30, HeldBytes: 1L << 30), []);
        var device = Assert.Single(new DeviceCatalog(Parse([], "cpu"), () => memory).Describe(isWorking: false));
        Assert.Equal(21L << 30, device.FreeMemoryBytes);
    }

    [Fact]
    public void OwnUseOfAGpu_IsNotOthers() => Assert.Equal(
        [new GpuUse(10240L << 20, 1048L << 20, 61), new GpuUse(24564L << 20, 11L << 20, null)],
        GpuMemory.Parse("GPU-a, 10240, 3048, 61\nGPU-b, 24564, 11, [N/A]\n", "GPU-a, 42, 2000\nGPU-a, 77, 900\nGPU-b, 42, [N/A]\n", ownProcess: 42));

    [Fact]
    public void TheMachinesMemory_CanBeRead()
    {
        var memory = HostMemory.Read();
        Assert.InRange(memory.AvailableBytes, 1, memory.TotalBytes);
        Assert.Equal(20971520L << 10, HostMemory.Parse(["MemTotal:       24000000 kB", "MemAvailable:   20971520 kB"]));
    }

    [SkippableFact]
    public void WhereTheKernelTellsNoMemory_TheRuntimeTellsAboutAsMuch()
    {
        Skip.IfNot(File.Exists("/proc/meminfo"), "no kernel here to compare with");
        GC.Collect();

        // Other processes come and go between the two looks.
        var memory = HostMemory.Read();
        Assert.InRange(HostMemory.AvailableToRuntime(), memory.AvailableBytes - memory.TotalBytes / 5, memory.AvailableBytes + memory.TotalBytes / 5);
    }

    [SkippableFact]
    public void TheProcessorsName_IsTheOneThatTheKernelHas()
    {
        Skip.IfNot(File.Exists("/proc/cpuinfo"), "no kernel here to compare with");
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        Skip.If(line is null, "no processor with a name");

        var name = line.Split(':', 2)[1].Trim();
        var isVirtual = X86Base.IsSupported && (X86Base.CpuId(1, 0).Ecx & (1 << 31)) != 0;
        Skip.If(isVirtual && name != ComputeDevice.CpuName, $"a virtual machine that was moved: its kernel keeps the name of the processor that it was started on, {name}");
        Assert.Equal(name, ComputeDevice.CpuName);
    }

    private static IReadOnlyList<SiloDevice> Parse(string[] gpus, params string[] wanted) => DeviceCatalog.Parse(wanted, () => gpus);
}
