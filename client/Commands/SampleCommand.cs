using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Engine.Experiments;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon sample RUN</c>: more icons from a trained run.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id (its folder's name under runs/), or the first digits of it." };
        var count = new Option<int>("--count") { Description = "Icons to have in all; those that are there are kept.", HelpName = "N", Required = true };
        var command = new Command("sample",
            """
            Draws icons from a trained run with its own sampler. Icon i is always the same icon, so a larger count only adds.

            Example:
              icon sample 3f9c2a --count 1024
            """)
        { run, count };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var wanted = parsed.GetValue(count);
            if (wanted < 1)
                throw new UsageException($"--count is {wanted}; wanted 1 or more.");
            using var stop = StopSignals.Linked(StopSignals.AfterCheckpoint, cancellationToken);
            var trained = TrainedRun.Find(context.Data, parsed.GetValue(run)!);
            var device = context.OpenDevice();
            var there = 0;
            await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() => there = trained.Draw(wanted, device,
                (done, total) => display.Report("sample", $"{trained.Spec.Model.Label}: sample", done, total), stop.Token), CancellationToken.None));
            context.Terminal.Result(new { Run = trained.Id, Count = there, Folder = trained.SamplesFolder },
                () => [new Text($"{there} icons in {trained.SamplesFolder}")]);
            return there >= wanted ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }
}
