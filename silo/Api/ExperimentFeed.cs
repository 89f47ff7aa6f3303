using System.Text.Json;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Api;

/// <summary>An experiment's status as it changes: asked for and written down once, however many watch.</summary>
internal sealed class ExperimentFeed(string id, IExperimentGrain experiment, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Says that there is no such experiment.</summary>
    public static readonly EventFrame Missing = new([], IsLast: true);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private const double MostBytesPerSecond = 20e6;
    private const double MostFramesPerSecond = 20;
    private readonly CancellationTokenSource _stop = new();
    private volatile FeedState _state = new(null);

    /// <summary>The newest frame, and when there is a newer one.</summary>
    public FeedState State => _state;

    /// <summary>How many watch; kept by <see cref="ExperimentFeeds"/>.</summary>
    public int Watchers { get; set; }

    /// <summary>Whether the last frame has been published.</summary>
    public bool HasEnded => _state.Frame is { IsLast: true };

    public void Start() => _ = PollAsync(_stop.Token);

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task PollAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !HasEnded)
        {
            try
            {
                Publish(await experiment.GetStatusAsync());
            }
            catch (Exception failure)
            {
                // The cluster may be busy or on its way down; watchers keep what they have.
                logger.NotRead(id, failure.Message);
            }

            // Where many watch, or the grid is large, they are told less often: the processor is the training's.
            var cost = TimeSpan.FromSeconds(Watchers * ((_state.Frame?.Bytes.Length ?? 0) / MostBytesPerSecond + 1 / MostFramesPerSecond));
            await Task.Delay(cost > Period ? cost : Period, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Publish(ExperimentStatus? status)
    {
        var frame = status is null ? Missing : new(Encode(status), status.State is ExperimentState.Finished or ExperimentState.Cancelled);
        var old = _state;
        if (old.Frame is { } shown && shown.Bytes.AsSpan().SequenceEqual(frame.Bytes))
            return;
        _state = new(frame);
        old.Changed.SetResult();
    }

    private static byte[] Encode(ExperimentStatus status) =>
        [.. "event: status\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(status, SpecJson.Compact), .. "\n\n"u8];
}

/// <summary>What a feed shows until it shows something newer.</summary>
internal sealed record FeedState(EventFrame? Frame)
{
    /// <summary>Completes when there is a newer state.</summary>
    public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
