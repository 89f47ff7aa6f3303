using System.Globalization;
using System.Text.RegularExpressions;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Devices;

/// <summary>The devices that a silo works on, from what its options say, and their memory.</summary>
/// <remarks>
/// <c>auto</c>, or nothing: every CUDA GPU, else the CPU. <c>cpu</c>, <c>cuda</c> and <c>cuda:N</c> are what they say. Any other text, such as
/// <c>RTX 3080</c> or <c>RTX 3080:10GB</c>, declares a device of that name that computes on the CPU, to try out a cluster without its GPUs.
/// </remarks>
internal sealed partial class DeviceCatalog(IReadOnlyList<SiloDevice> devices, Func<DeviceMemory> memory)
{
    /// <summary>The devices, in the order in which they were named.</summary>
    public IReadOnlyList<SiloDevice> Devices => devices;

    /// <summary>Reads the options; loads libtorch only where there may be a GPU.</summary>
    /// <exception cref="DeviceException">This machine does not have such a device.</exception>
    public static DeviceCatalog Open(IReadOnlyList<string> wanted)
    {
        var gpus = new Lazy<IReadOnlyList<string>>(LibTorch.HasCudaDriver() ? ComputeDevice.CudaNames : () => []);
        var devices = Parse(wanted, () => gpus.Value);
        var smi = devices.Any(device => device.IsCuda) ? new GpuMemory(TimeProvider.System) : null;
        return new(devices, () => new(HostMemory.Read(), smi?.Read() ?? []));
    }

    /// <summary>The devices and the memory that a new piece of work could have on each.</summary>
    /// <param name="isWorking">Whether anything runs in this process; what an idle one holds can be used again.</param>
    public IReadOnlyList<DeviceInfo> Describe(bool isWorking)
    {
        var now = memory();
        return [.. devices.Select(device =>
        {
            var (total, free) = now.Of(device, isWorking);
            return new DeviceInfo
            {
                Id = device.Id,
                Name = device.Name,
                Class = device.Class,
                MemoryBytes = device.MemoryBytes ?? total,
                FreeMemoryBytes = Math.Min(free, device.MemoryBytes ?? total),
                Temperature = now.GpuOf(device)?.Temperature,
            };
        })];
    }

    /// <summary>Bytes that this process holds where the device has its memory; null: not known.</summary>
    public long? HeldBytes(SiloDevice device) => device.IsCuda ? null : Environment.WorkingSet;

    /// <summary>The devices that the texts name.</summary>
    /// <param name="gpus">Names of the CUDA GPUs that there are.</param>
    internal static IReadOnlyList<SiloDevice> Parse(IReadOnlyList<string> wanted, Func<IReadOnlyList<string>> gpus)
    {
        var found = (wanted.Count == 0 ? ["auto"] : wanted).SelectMany(text => Named(text.Trim(), gpus)).ToArray();
        var ids = found.CountBy(device => device.Id).ToDictionary();
        var counted = new Dictionary<string, int>();
        return [.. found.Select(device => ids[device.Id] == 1
            ? device
            : device with { Id = $"{device.Id}#{counted[device.Id] = counted.GetValueOrDefault(device.Id) + 1}" })];
    }

    private static IEnumerable<SiloDevice> Named(string text, Func<IReadOnlyList<string>> gpus)
    {
        switch (text)
        {
            case "auto":
                var all = gpus();
                return all.Count > 0 ? all.Select((_, index) => Gpu(text, index, all)) : [Cpu];
            case "cpu":
                return [Cpu];
            case "cuda":
                return [Gpu(text, 0, gpus())];
            case var _ when text.StartsWith("cuda:", StringComparison.Ordinal):
                return [int.TryParse(text.AsSpan(5), NumberStyles.None, null, out var n)
                    ? Gpu(text, n, gpus())
                    : throw new DeviceException($"The device is '{text}'; wanted cuda:N with N from 0.")];
        }
        var match = WithMemory().Match(text);
        var name = match.Success ? match.Groups[1].Value.Trim() : text;
        var kind = DeviceClass.Normalize(name);
        if (kind is DeviceClass.Any or DeviceClass.Cpu)
            throw new DeviceException($"The device is '{text}'; wanted auto, cpu, cuda, cuda:N, or a name with letters or digits such as 'RTX 3080:10GB'.");
        return [new(kind, name, DeviceClass.Cpu, match.Success ? (long)(double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) * (1L << 30)) : null)];
    }

    private static SiloDevice Cpu => new(DeviceClass.Cpu, ComputeDevice.CpuName, DeviceClass.Cpu);

    private static SiloDevice Gpu(string text, int index, IReadOnlyList<string> gpus) => index < gpus.Count
        ? new($"cuda:{index}", gpus[index], $"cuda:{index}")
        : throw new DeviceException($"The device is '{text}', but there {(gpus.Count == 1 ? "is 1 CUDA device" : $"are {gpus.Count} CUDA devices")}; 'icon doctor' tells which libtorch is used.");

    [GeneratedRegex(@"^(.+):\s*(\d{1,6}(?:\.\d+)?)\s*GB$", RegexOptions.IgnoreCase)]
    private static partial Regex WithMemory();
}
