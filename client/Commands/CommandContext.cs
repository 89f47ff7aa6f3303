using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Engine.Experiments;

namespace IconDiffusion.Client.Commands;

/// <summary>The options that every command has, read once.</summary>
internal sealed class CommandContext(ParseResult parsed)
{
    public Terminal Terminal { get; } = new(parsed.GetValue(CommandLine.JsonOption));

    public DataFolder Data { get; } = new(parsed.GetValue(CommandLine.DataOption)!);

    /// <summary>The device asked for; opening it loads libtorch, so commands that need none start at once.</summary>
    public ComputeDevice OpenDevice() => ComputeDevice.Open(parsed.GetValue(CommandLine.DeviceOption)!, parsed.GetValue(CommandLine.ThreadsOption));
}
