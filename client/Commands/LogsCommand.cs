using System.CommandLine;
using System.Text.Json;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon logs RUN</c>: what happened to a run, and its losses.</summary>
internal static class LogsCommand
{
    private const int MostLosses = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id, or the first digits of it." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what comes until the run ends." };
        var last = new Option<int>("--last") { Description = "Steps to show, the last ones.", HelpName = "N", DefaultValueFactory = _ => 20 };
        last.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count and (< 1 or > MostLosses))
                result.AddError($"--last is {count}; wanted 1 to {MostLosses}.");
        });
        return ClusterContext.Complete(new Command("logs",
            """
            Shows a run's attempts, warnings and errors, and the losses of its last steps. The lines are as the silos wrote them, in
            English. With --json: one document; with --follow too, one object per line.

            Examples:
              icon logs 3f9c2a
              icon logs 3f9c2a --follow
            """)
        { run, follow, last }, async (context, parsed, cancellation) =>
        {
            var id = await FindAsync(context.Silo, parsed.GetValue(run)!, cancellation);
            var log = await context.Silo.GetLogAsync(id, parsed.GetValue(last), cancellation);
            if (parsed.GetValue(follow))
                return await FollowAsync(context, id, log, cancellation);
            context.Terminal.Result(log, () => log.Events.Select(Line).Concat(log.Losses.Select(Line)).DefaultIfEmpty(Speech.Say("nothing yet")).Select(line => new Text(line)));
            return ExitCode.Success;
        });
    }

    private static async Task<int> FollowAsync(ClusterContext context, string id, RunLog log, CancellationToken cancellation)
    {
        using var stop = Terminal.OnStop("icon: no longer following; the silo goes on", cancellation);
        // A new connection tells all events again.
        var told = new HashSet<RunEvent>();
        var step = 0L;
        var isAway = false;
        Tell(log.Losses, log.Events);
        try
        {
            while (true)
            {
                try
                {
                    await foreach (var (losses, events) in context.Silo.WatchLogAsync(id, step, stop.Token))
                    {
                        isAway = false;
                        Tell(losses, events);
                    }
                    return ExitCode.Success;
                }
                catch (SiloUnreachableException exception)
                {
                    if (!isAway)
                        context.Terminal.Say($"silo does not answer, trying again ({exception.Message})");
                    isAway = true;
                }
                await Task.Delay(Pause, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }

        void Tell(EquatableList<LossPoint> losses, EquatableList<RunEvent> events)
        {
            foreach (var happened in events.Where(told.Add))
                Console.Out.WriteLine(context.Terminal.Json ? JsonSerializer.Serialize(happened, SpecJson.Compact) : Line(happened));
            foreach (var loss in losses.Where(loss => loss.Step > step))
            {
                Console.Out.WriteLine(context.Terminal.Json ? JsonSerializer.Serialize(loss, SpecJson.Compact) : Line(loss));
                step = loss.Step;
            }
        }
    }

    private static string Line(RunEvent e) =>
        $"{e.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {e.Silo}  attempt {e.Attempt}  {e.Kind.ToString().ToLowerInvariant(),-7}  {e.Message}";

    private static string Line(LossPoint p) =>
        $"step {p.Step,8}  loss {p.Loss:0.0000}  gradient {p.GradNorm:0.000}  {p.ImagesPerSecond:0.0} images/s  after {Words.Duration(TimeSpan.FromSeconds(p.Seconds))}";

    /// <summary>A run of any experiment on the silo, by the first digits of its id.</summary>
    private static async Task<string> FindAsync(SiloClient silo, string typed, CancellationToken cancellation)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var experiment in await silo.GetExperimentsAsync(cancellation))
            ids.UnionWith((await silo.GetExperimentAsync(experiment.Id, cancellation)).Cells.Select(cell => cell.RunId));
        string[] matches = [.. ids.Where(id => id.StartsWith(typed, StringComparison.Ordinal))];
        if (matches is [var only])
            return only;
        throw new SiloException(matches.Length > 0
            ? $"'{typed}' begins several runs: {string.Join(", ", matches)}; wanted more digits."
            : $"There is no run '{typed}'; there {(ids.Count == 1 ? "is" : "are")} {(ids.Count == 0 ? "none" : string.Join(", ", ids.Take(20)))}{(ids.Count > 20 ? ", …" : "")}.", ExitCode.WrongInput);
    }
}
