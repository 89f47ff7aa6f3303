using System.CommandLine;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon results EXPERIMENT</c>: the figures so far.</summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var experiment = ClusterContext.ExperimentArgument();
        return ClusterContext.Complete(new Command("results",
            """
            Shows the figures of the cells that are done, where their pictures are, and why others failed.

            Examples:
              icon results quickstart
              icon results quickstart --json > results.json
            """)
        { experiment }, async (context, parsed, cancellation) =>
        {
            var found = await context.FindAsync(parsed.GetValue(experiment), cancellation);
            var report = await context.ReportAsync(found.Id, cancellation);
            context.Terminal.Result(report, () => report.Results.Count + report.Failures.Count > 0
                ? report.Render()
                : [new Text($"{found.Id}: no cell is done yet (icon watch {found.Id})")]);
            return ExitCode.Success;
        });
    }
}
