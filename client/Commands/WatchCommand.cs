using System.CommandLine;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon watch [EXPERIMENT]</c>: follows an experiment to its end.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var experiment = ClusterContext.ExperimentArgument();
        experiment.Arity = ArgumentArity.ZeroOrOne;
        experiment.Description += " Default: the newest that is not at its end.";
        return ClusterContext.Complete(new Command("watch",
            """
            Shows an experiment's cells while they are worked on, over any restart of the silo, and its table at the end. A silo
            that runs on the data folder is found again wherever it comes back; of several --url, one that answers is asked. The
            exit code is 1 unless every cell is done. Ctrl+C ends the watching; the silo goes on. With --json: the state as one
            object per line.

            Examples:
              icon watch
              icon watch quickstart --url https://desktop:5480#3f9c…
              icon watch quickstart --url https://desktop:5480#3f9c… --url https://laptop:5480#3f9c…
            """)
        { experiment }, async (context, parsed, cancellation) =>
            await context.FollowAsync((await context.FindAsync(parsed.GetValue(experiment), cancellation)).Id, cancellation));
    }
}
