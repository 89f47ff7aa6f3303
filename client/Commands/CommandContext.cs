using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Client.Commands;

/// <summary>The options that every command has, read once.</summary>
internal sealed class CommandContext(ParseResult parsed)
{
    private readonly string[] _devices = parsed.GetValue(CommandLine.DeviceOption)!;
    private readonly int _threads = parsed.GetValue(CommandLine.ThreadsOption);

    public Terminal Terminal { get; } = new(parsed.GetValue(CommandLine.JsonOption));

    public DataFolder Data { get; } = new(parsed.GetValue(CommandLine.DataOption)!);

    /// <summary>The device asked for; opening it loads libtorch, so commands that need none start at once.</summary>
    public ComputeDevice OpenDevice() => _devices is [var device]
        ? ComputeDevice.Open(device, _threads)
        : throw new UsageException($"--device came {_devices.Length} times; wanted one.");

    /// <summary>A silo in this process with the options that every command has.</summary>
    /// <param name="flags">Its own; a null is no flag.</param>
    public SiloOptions SiloOptions(Dictionary<string, string?> flags)
    {
        flags[nameof(Silo.Hosting.SiloOptions.Data)] = Data.Path;
        flags[nameof(Silo.Hosting.SiloOptions.Threads)] = $"{_threads}";
        foreach (var (i, device) in _devices.Index())
            flags[$"{nameof(Silo.Hosting.SiloOptions.Devices)}:{i}"] = device;
        return Silo.Hosting.SiloOptions.Load(flags);
    }
}
