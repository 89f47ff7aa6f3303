using System.Runtime.CompilerServices;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Client.Cluster;

/// <summary>An experiment's states, over any number of restarts of its silo.</summary>
internal static class ExperimentFeed
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether nothing more will happen to an experiment in this state by itself.</summary>
    public static bool IsEnd(this ExperimentState state) => state is ExperimentState.Finished or ExperimentState.Cancelled;

    /// <summary>Every state until the experiment's end. A silo that does not answer is asked again until it does.</summary>
    /// <param name="away">Told why the silo does not answer, once each time, and null when it answers again.</param>
    /// <exception cref="SiloException">The silo answers and refuses.</exception>
    public static async IAsyncEnumerable<ExperimentStatus> FollowAsync(
        this SiloClient silo, string id, Action<string?> away, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var isAway = false;
        while (true)
        {
            var states = silo.WatchAsync(id, cancellation).GetAsyncEnumerator(cancellation);
            await using (states)
            {
                while (true)
                {
                    try
                    {
                        if (!await states.MoveNextAsync())
                            break;
                    }
                    catch (SiloUnreachableException exception)
                    {
                        if (!isAway)
                            away(exception.Message);
                        isAway = true;
                        break;
                    }
                    if (isAway)
                        away(null);
                    isAway = false;
                    yield return states.Current;
                    if (states.Current.State.IsEnd())
                        yield break;
                }
            }
            await Task.Delay(Pause, cancellation);
        }
    }
}
