using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Commands;
using IconDiffusion.Client.Output;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Commands;

/// <summary>The options that several commands have, read once.</summary>
internal sealed class CommandContext
{
    /// <summary>Of the commands that draw <c>noto-faces</c>.</summary>
    public static readonly Option<string?> EmojiFontOption = new("--emoji-font")
    {
        Description = $"File of the Noto Color Emoji font that noto-faces are drawn from (default: the installed one). Also: {EmojiFont.FileVariable}.",
        HelpName = "FILE",
    };

    private readonly string[] _devices;
    private readonly int _threads;

    /// <exception cref="ImageException">The emoji font that was named is none.</exception>
    public CommandContext(ParseResult parsed)
    {
        (_devices, _threads) = (parsed.GetValue(CommandLine.DeviceOption)!, parsed.GetValue(CommandLine.ThreadsOption));
        (Terminal, Data) = (new(parsed.GetValue(CommandLine.JsonOption)), new(parsed.GetValue(CommandLine.DataOption)!));
        HasOwnEmojiFont = parsed.GetResult(EmojiFontOption) is not null;
        if (HasOwnEmojiFont) EmojiFont.Use(parsed.GetValue(EmojiFontOption)!);
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
        flags[nameof(Hosting.SiloOptions.Data)] = Data.Path;
        flags[nameof(Hosting.SiloOptions.Threads)] = $"{_threads}";
        foreach (var (i, device) in _devices.Index())
            flags[$"{nameof(Hosting.SiloOptions.Devices)}:{i}"] = device;
        return Hosting.SiloOptions.Load(flags);
    }
}
