using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary>Shows an experiment on standard error until its end: live on a terminal, as plain lines elsewhere.</summary>
internal static class ExperimentFollower
{
    /// <param name="jsonLines">Write every state to standard output instead, one JSON object per line.</param>
    /// <returns>The last state.</returns>
    /// <exception cref="OperationCanceledException">No longer wanted; the experiment goes on.</exception>
    public static async Task<ExperimentStatus> FollowAsync(
        Terminal terminal, SiloClient silo, string id, bool jsonLines, CancellationToken cancellation)
    {
        if (jsonLines)
            return await ShowAsync(new JsonLinesView(terminal.Say));
        if (!terminal.Live)
            return await ShowAsync(new PlainView(terminal.Say));
        return await terminal.Error.Live(new Text("")).AutoClear(false)
            .StartAsync(live => ShowAsync(new LiveView(terminal.Error, live)));

        async Task<ExperimentStatus> ShowAsync(IExperimentView view)
        {
            ExperimentStatus? last = null;
            await foreach (var status in silo.FollowAsync(id, view.Away, cancellation))
                view.Show(last = status);
            return last!;
        }
    }
}
