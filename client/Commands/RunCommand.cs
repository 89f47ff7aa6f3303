using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Engine.Experiments;
using IconDiffusion.Engine.Reports;
using IconDiffusion.Specs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon run FILE</c>: train, sample, score and show, from wherever an earlier call ended.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Experiment file (JSON with comments)." };
        var command = new Command("run",
            """
            Trains every run of an experiment, draws its icons, scores them and shows the preprint's Table 2. Runs that are
            finished are only read; an interrupted one goes on, bit for bit. The exit code is 1 if a run failed.

            Examples:
              icon run grids/quickstart.json
              icon run grids/quickstart.json --json > results.json
            """)
        { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var experiment = ExperimentFile.Load(parsed.GetValue(file)!);
            using var stop = StopSignals.Linked(cancellationToken);
            var device = context.OpenDevice();
            context.Terminal.Say($"{experiment.Name}: {experiment.Runs.Count} run(s) on {device.Name}, {device.Threads} threads");
            ExperimentOutcome outcome = null!;
            await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
            {
                var runner = new ExperimentRunner(context.Data, device, display.Say);
                outcome = runner.Execute(experiment, progress => Show(display, progress), stop.Token);
            }, CancellationToken.None));
            context.Terminal.Result(Document(outcome), () => Render(outcome));
            return outcome.Failures.Count == 0 ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static void Show(ProgressDisplay display, RunProgress progress)
    {
        // Preparing icons takes well under a second once they are cached; it has no bar of its own.
        if (progress.Stage == RunStage.Dataset)
            return;
        var verb = progress.Stage switch
        {
            RunStage.Training => "train",
            RunStage.Sampling => "sample",
            _ => "score",
        };
        display.Report($"{progress.Run}/{progress.Stage}", $"{progress.Label}: {verb}", progress.Done, progress.Total, progress.Detail);
    }

    private static object Document(ExperimentOutcome outcome) => new
    {
        outcome.Folder,
        Results = outcome.Outcomes.Select(o => new { o.Folder, o.Reused, o.Result }),
        Failures = outcome.Failures.Select(f => new { f.Run, f.Label, Error = f.Error.Message }),
    };

    private static IEnumerable<IRenderable> Render(ExperimentOutcome outcome)
    {
        if (outcome.Outcomes.Count > 0)
        {
            var table = new Table2(outcome.Outcomes.Select(o => o.Result));
            var view = new Table().Border(TableBorder.Simple);
            foreach (var (name, i) in Table2.Header.Select((name, i) => (name, i)))
                view.AddColumn(name, column =>
                {
                    if (i > 0)
                        column.RightAligned();
                });
            foreach (var row in table.Cells)
                view.AddRow([.. row.Select(Markup.Escape)]);
            yield return view;
            yield return new Text(string.Join('\n',
                (string[])
                [
                    .. table.Footnotes,
                    "",
                    $"table     {outcome.Folder}/table.md",
                    .. outcome.Outcomes.Select(o => $"pictures  {o.Folder}  ({o.Result.Spec.Model.Label}{(o.Reused ? ", finished before" : "")}: result.json, contact-sheet.png, gallery.png)"),
                ]));
        }
        foreach (var failure in outcome.Failures)
            yield return new Text($"failed    {failure.Label}: {failure.Error.Message}");
    }
}
