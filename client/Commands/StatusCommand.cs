using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon status [EXPERIMENT]</c>: where things stand now.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var experiment = ClusterContext.ExperimentArgument();
        experiment.Arity = ArgumentArity.ZeroOrOne;
        experiment.Description += " Default: all experiments, and the devices.";
        return ClusterContext.Complete(new Command("status",
            """
            Shows where an experiment's cells stand, or all experiments and devices.

            Examples:
              icon status
              icon status quickstart --json
            """)
        { experiment }, async (context, parsed, cancellation) =>
        {
            if (parsed.GetValue(experiment) is { } typed)
            {
                var status = await context.Silo.GetExperimentAsync((await context.FindAsync(typed, cancellation)).Id, cancellation);
                context.Terminal.Result(status, () => [new CellTable(status, context.Terminal.Out.Profile.Width, int.MaxValue).Render(null)]);
                return ExitCode.Success;
            }
            var experiments = await context.Silo.GetExperimentsAsync(cancellation);
            var devices = await context.Silo.GetDevicesAsync(cancellation);
            context.Terminal.Result(new { Experiments = experiments, Devices = devices }, () => [Table(experiments), Table(devices)]);
            return ExitCode.Success;
        });
    }

    private static Table Table(List<ExperimentSummary> experiments)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. ((string[])["experiment", "state", "done", "failed", "submitted"]).Select(Speech.Say)]);
        foreach (var e in experiments)
            table.AddRow(Markup.Escape(e.Id), Speech.Say(e.State.ToString().ToLowerInvariant()), Speech.Say($"{e.Done} of {e.Cells}"), $"{e.Failed}", $"{e.SubmittedAt.ToLocalTime():yyyy-MM-dd HH:mm}");
        return table;
    }

    private static Table Table(List<DeviceStatus> devices)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. ((string[])["silo", "device", "name", "memory free", "works on"]).Select(Speech.Say)]);
        foreach (var d in devices)
            table.AddRow(
                Markup.Escape(d.Silo), Markup.Escape(d.Device.Id), Markup.Escape(d.Device.Name),
                Speech.Say($"{Words.Bytes(d.Device.FreeMemoryBytes)} of {Words.Bytes(d.Device.MemoryBytes)}"), Markup.Escape(d.Work ?? "–"));
        return table;
    }
}
