using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Commands;

/// <summary>The options that several commands have, read once.</summary>
internal sealed class CommandContext
{
    private readonly string[] _devices;
    private readonly int _threads;

    /// <exception cref="ImageException">The emoji font that was named is none.</exception>
    public CommandContext(ParseResult parsed)
    {
        (_devices, _threads) = (parsed.GetValue(CommandLine.DeviceOption)!, parsed.GetValue(CommandLine.ThreadsOption));
        (Terminal, Data) = (new(parsed.GetValue(CommandLine.JsonOption)), new(parsed.GetValue(CommandLine.DataOption)!));
        HasOwnEmojiFont = parsed.GetResult(CommandLine.EmojiFontOption) is not null;
        if (HasOwnEmojiFont) EmojiFont.Use(parsed.GetValue(CommandLine.EmojiFontOption)!);
    }

    public Terminal Terminal { get; }

    public DataFolder Data { get; }

    /// <summary>Whether the emoji font was named for this command alone.</summary>
    public bool HasOwnEmojiFont { get; }

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
