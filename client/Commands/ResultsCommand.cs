using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Tables;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon results EXPERIMENT</c>: the figures so far.</summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var experiment = ClusterContext.ExperimentArgument();
        var format = new Option<TableFormat?>("--format")
        {
            Description = "Write Table 2 alone to standard output, as markdown, csv, latex, html or json.",
            HelpName = "FORMAT",
        };
        return ClusterContext.Complete(new Command("results",
            """
            Shows Table 2 of the cells that are done beside the preprint's own figures, where the pictures are, and why other
            cells failed. Where no silo runs, the data folder is read.

            Examples:
              icon results quickstart
              icon results quickstart --format latex > table.tex
              icon results quickstart --json > results.json
            """)
        { experiment, format }, async (context, parsed, cancellation) =>
        {
            var typed = parsed.GetValue(experiment)!;
            var report = context.HasSilo
                ? await context.ReportAsync((await context.FindAsync(typed, cancellation)).Id, cancellation)
                : SavedResults.Find(context.Data, typed);
            if (parsed.GetValue(format) is { } wanted)
                await Console.Out.WriteAsync(report.Table.Write(wanted));
            else
                context.Terminal.Result(report, () => report.Results.Count + report.Failures.Count > 0
                    ? report.Render()
                    : [Speech.Text($"{report.Id}: no cell is done yet (icon watch {report.Id})")]);
            return ExitCode.Success;
        });
    }
}
