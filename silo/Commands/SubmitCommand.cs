using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Commands;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon submit FILE</c>: hands an experiment to a silo.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Experiment file (JSON with comments)." };
        var priority = new Option<int>("--priority") { Description = "Higher goes first; equals go in the order of submission.", HelpName = "N" };
        var watch = new Option<bool>("--watch") { Description = "Follow it to its end, as 'icon watch' does." };
        return ClusterContext.Complete(new Command("submit",
            """
            Hands an experiment to a silo, which works it off whether anybody watches or not. Submitted again, only what is
            missing, cancelled or failed is run. Folders of images are read here and sent along.

            Examples:
              icon submit grids/quickstart.json
              icon submit grids/quickstart.json --watch
              icon submit grids/preprint-ddpm.json --url http://desktop:5480 --priority 5
            """)
        { file, priority, watch }, async (context, parsed, cancellation) =>
        {
            var prepared = new PreparedExperiment(ExperimentFile.Load(parsed.GetValue(file)!), context.Data, context.Terminal.Warn);
            if (prepared.Unusable is [var first, ..])
                throw new UsageException(first.Error);
            var status = await prepared.SubmitAsync(context.Silo, parsed.GetValue(priority), cancellation);
            if (parsed.GetValue(watch))
                return await context.FollowAsync(status.Id, cancellation);
            context.Terminal.Result(status, () => [new Text($"{status.Id}: {CellText.Headline(status)}\nicon watch {status.Id}")]);
            return ExitCode.Success;
        });
    }
}
