using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon plan FILE</c>: what would be run, for how long, and where.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Experiment file (JSON with comments)." };
        var measure = new Option<bool>("--measure") { Description = "Time a few training steps on this device, which takes some seconds, instead of estimating." };
        var command = new Command("plan",
            """
            Shows the runs of an experiment with their estimated time on this machine, before anything runs.
            The times are those of finished runs of the same model and icon size in the data folder, if this device has made some;
            else they are estimated from the model's arithmetic, which may be wrong by a factor of two and more. With --measure,
            short training steps are timed here, and long ones scaled by arithmetic from a short one.

            Examples:
              icon plan grids/preprint-ddpm.json
              icon plan grids/preprint-ddpm.json --measure
            """)
        { file, measure };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var experiment = ExperimentFile.Load(parsed.GetValue(file)!);
            var device = context.OpenDevice();
            foreach (var folder in experiment.Runs.SelectMany(run => (DatasetSpec?[])[run.Dataset, (run.Model as StyleTransferSpec)?.Content]).OfType<FolderSpec>().DistinctBy(folder => folder.Path))
                Survey(context.Terminal, folder);
            var plan = ExperimentPlan.Make(experiment, device, context.Data, parsed.GetValue(measure));
            context.Terminal.Result(plan, () => Show(plan));
            return ExitCode.Success;
        });
        return command;
    }

    // A plan can be made where the images are not.
    private static void Survey(Terminal terminal, FolderSpec folder)
    {
        try
        {
            foreach (var warning in FolderWarnings.Of(folder, IconFolder.Survey(folder.Path))) terminal.Warn(warning);
        }
        catch (DatasetException error)
        {
            terminal.Warn(error.Message);
        }
    }

    /// <summary>A plan as people read it.</summary>
    public static IEnumerable<IRenderable> Show(ExperimentPlan plan) =>
    [
        Table(plan),
        Speech.Text(
            $"{plan.Runs.Count} run(s), about {Words.Duration(plan.Time)} on {plan.Device}" +
            (plan.Gpu is null ? "" : $"; the file asks for {plan.Gpu}") +
            $"\ntimes     {Bases(plan)}" +
            string.Concat(plan.Runs.Where(run => run.Window is not null).Select(run =>
                $"\nwindow    {run.Label}, seed {run.Spec.Seed}, {run.Spec.Dataset.Count} icons: {run.Window!.Text}"))),
    ];

    private static string Bases(ExperimentPlan plan) => string.Join("; ", plan.Runs.GroupBy(run => run.Basis).Select(group => $"{group.Count()} run(s) " + group.Key switch
    {
        CostBasis.Measured => "as steps were measured on this device",
        CostBasis.FinishedRuns => "as finished runs of the same model and size took on this device",
        _ => "by a rough estimate from the model's arithmetic: --measure times a few steps here",
    }));

    private static Table Table(ExperimentPlan plan)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns([.. ((string[])["run", "seed", "icons"]).Select(Speech.Say)]);
        foreach (var column in (string[])["parameters", "GMAC/icon", "memory", "steps", "training", "sampling"])
            table.AddColumn(Speech.Say(column), c => c.RightAligned());
        table.AddColumn(Speech.Say("needs"));
        foreach (var run in plan.Runs)
            table.AddRow([.. ((string[])[
                Markup.Escape(run.Label), $"{run.Spec.Seed}",
                $"{run.Spec.Dataset.Count?.ToString() ?? "all"} × {run.Spec.Dataset.ImageSize} px",
                $"{run.Parameters / 1e6:0.0} M", run.MultiplyAdds is { } count ? $"{count / 1e9:0.##}" : "–",
                $"≈ {Words.Bytes(run.MemoryBytes)}{(run.MicroBatches > 1 ? $" (batch in {run.MicroBatches})" : "")}",
                $"{(run.EndedByBudget ? "≈ " : "")}{run.Steps}",
                run.TrainingTime == TimeSpan.Zero ? "–" : $"≈ {Words.Duration(run.TrainingTime)}{(run.EndedByBudget ? " (budget)" : "")}",
                $"≈ {Words.Duration(run.SamplingTime)}{(run.Icons < run.Spec.Sampling.Count ? $" (budget, {run.Icons} icons)" : "")}", Markup.Escape(plan.Gpu ?? "any device")]).Select(Speech.Say)]);
        return table;
    }
}
