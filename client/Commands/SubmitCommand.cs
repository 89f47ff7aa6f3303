using System.CommandLine;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon submit FILE</c>: hands an experiment to a silo.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Experiment file (JSON with comments)." };
        var priority = new Option<int?>("--priority") { Description = "Higher goes first; equals go in the order of submission (default: what it has; 0 for a new one).", HelpName = "N" };
        var watch = new Option<bool>("--watch") { Description = "Follow it to its end, as 'icon watch' does." };
        return ClusterContext.Complete(new Command("submit",
            """
            Hands an experiment to a silo, which works it off whether anybody watches or not. Submitted again, only what is
            missing, cancelled or failed is run. Folders of images are sent along.

            Examples:
              icon submit grids/quickstart.json
              icon submit grids/quickstart.json --watch
              icon submit grids/preprint-ddpm.json --url https://desktop:5480#3f9c… --priority 5
            """)
        { file, priority, watch }, async (context, parsed, cancellation) =>
        {
            var experiment = ExperimentFile.Load(parsed.GetValue(file)!);
            // The files of an own network are on this machine; any other network is the silo's to settle.
            experiment = experiment with { Runs = [.. experiment.Runs.Select(run => run with { Evaluation = run.Evaluation.WithOwnSettled() })] };
            var datasets = experiment.Runs.Select(run => run.Dataset as FolderSpec).ToArray();
            var contents = experiment.Runs.Select(run => (run.Model as StyleTransferSpec)?.Content).OfType<FolderSpec>();
            var fingerprints = await context.Silo.PrepareAsync([.. datasets.OfType<FolderSpec>(), .. contents], context.Terminal.Warn, cancellation);
            experiment = experiment with { Runs = [.. experiment.Runs.Select(run => run.Model is StyleTransferSpec { Content: FolderSpec content } style ? run with { Model = style with { ContentFingerprint = fingerprints[content] } } : run)] };
            var status = await context.Silo.SubmitAsync(
                new()
                {
                    Experiment = experiment,
                    Priority = parsed.GetValue(priority),
                    Fingerprints = [.. datasets.Select(dataset => dataset is null ? null : fingerprints[dataset])],
                },
                cancellation);
            if (parsed.GetValue(watch))
                return await context.FollowAsync(status.Id, cancellation);
            context.Terminal.Result(status, () => [Speech.Text($"{status.Id}: {CellText.Headline(status)}\nicon watch {status.Id}")]);
            return ExitCode.Success;
        });
    }
}
