using System.CommandLine;
using IconDiffusion.Client.Output;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon pause|resume|cancel|retry EXPERIMENT</c>. All may be repeated.</summary>
internal static class ControlCommands
{
    public static IEnumerable<Command> Create() =>
    [
        Change("pause", "Stops an experiment's work after a checkpoint and frees its devices until it is resumed: someone wants to play."),
        Change("resume", "Goes on with a paused experiment, from its checkpoints."),
        Change("cancel", "Stops an experiment's work after a checkpoint, for good unless it is submitted again."),
        Retry(),
    ];

    private static Command Change(string name, string description)
    {
        var experiment = ClusterContext.ExperimentArgument();
        return ClusterContext.Complete(new Command(name, $"{description}\n\nExample:\n  icon {name} quickstart") { experiment },
            async (context, parsed, cancellation) =>
            {
                var found = await context.FindAsync(parsed.GetValue(experiment), cancellation);
                var status = await context.Silo.CommandAsync(found.Id, name, cancellation);
                context.Terminal.Result(status, () => [Speech.Text($"{status.Id}: {CellText.Headline(status)}")]);
                return ExitCode.Success;
            });
    }

    private static Command Retry()
    {
        var experiment = ClusterContext.ExperimentArgument();
        return ClusterContext.Complete(new Command("retry",
            "Gives every failed cell of an experiment another three attempts.\n\nExample:\n  icon retry quickstart") { experiment },
            async (context, parsed, cancellation) =>
            {
                var found = await context.FindAsync(parsed.GetValue(experiment), cancellation);
                var retried = await context.Silo.RetryAsync(found.Id, cancellation);
                context.Terminal.Result(retried, () => [Speech.Text($"{found.Id}: {retried.Cells} failed cell(s) are tried again")]);
                return ExitCode.Success;
            });
    }
}
