using IconDiffusion.Grains;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;

namespace IconDiffusion.Silo.Work;

/// <summary>
/// Tells grains how their attempts go: progress at most twice a second, latest wins, and the end for as long as it takes until the grain
/// has it, since the cluster may be slow or restarting.
/// </summary>
internal sealed partial class AttemptReporter(IGrainFactory grains, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Also without progress, so that an attempt on a slow step hears that a newer one has begun.
    private static readonly TimeSpan RepeatEvery = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _disposed = new();

    /// <summary>Reports until the attempt has ended and its grain knows. Throws nothing.</summary>
    /// <param name="heldBytes">Memory held on the device now.</param>
    public async Task TellAsync(WorkAttempt attempt, Func<long?> heldBytes)
    {
        var (order, grain) = (attempt.Order, grains.GetWork(attempt.Order.Work));
        (WorkProgress Progress, long At)? sent = null;
        while (!attempt.Ended.IsCompleted)
        {
            await Task.WhenAny(attempt.Ended, Task.Delay(ReportEvery, time)).ConfigureAwait(false);
            if (attempt.Ended.IsCompleted || attempt.IsDiscarded || attempt.Progress is not { } progress) continue;
            if (progress == sent?.Progress && time.GetElapsedTime(sent.Value.At) < RepeatEvery) continue;
            try
            {
                if (!await grain.ReportAsync(order.Attempt, progress with { MemoryBytes = progress.MemoryBytes ?? heldBytes() }).ConfigureAwait(false))
                    attempt.Discard();
                sent = (progress, time.GetTimestamp());
            }
            catch (Exception failure)
            {
                // The next report says all that this one would have said.
                LogUnreported(order.Work, order.Attempt, failure.Message);
            }
        }

        var outcome = await attempt.Ended.ConfigureAwait(false);
        for (var pause = FirstPause; !attempt.IsDiscarded && !_disposed.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await grain.EndedAsync(order.Attempt, outcome).ConfigureAwait(false);
                return;
            }
            catch (Exception failure)
            {
                LogUntold(order.Work, order.Attempt, failure.Message);
                await Task.Delay(pause, time, _disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Gives up on ends that nobody hears; the next start of the silo finds the work anew.</summary>
    public void Dispose() => _disposed.Cancel();

    [LoggerMessage(1, LogLevel.Debug, "{Work}, attempt {Attempt}: progress could not be reported: {Message}")]
    private partial void LogUnreported(WorkId work, int attempt, string message);

    [LoggerMessage(2, LogLevel.Warning, "{Work}, attempt {Attempt}: its end could not be reported and will be again: {Message}")]
    private partial void LogUntold(WorkId work, int attempt, string message);
}
