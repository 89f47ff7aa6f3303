using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Api;

/// <summary>Follows a run's log until the run has come to its end.</summary>
internal sealed class LogWatch(string runId, long after, RunDirectory runs, RunFiles files, TimeProvider time) : IEventSource
{
    private const int MostLosses = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StatePeriod = TimeSpan.FromSeconds(2);
    private long _step = after;
    private readonly HashSet<RunEvent> _told = [];
    private long? _asked;

    public async Task<EventFrame?> NextAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < patience)
        {
            // The state first: what is written afterwards is still seen below.
            var hasEnded = await HasEndedAsync();
            if (Read(await files.LossLogAsync(runId, cancellationToken), await files.EventsAsync(runId, cancellationToken)) is { Length: > 0 } news)
                return new(news, IsLast: false);
            if (hasEnded)
                return new(": end\n\n"u8.ToArray(), IsLast: true);
            await Task.Delay(Period, time, cancellationToken);
        }
        return null;
    }

    public void Dispose()
    {
    }

    // A run that was cut back to a checkpoint writes the same lines again; they are sent once.
    private byte[] Read(string log, IReadOnlyList<RunEvent> events)
    {
        var losses = LossLogReader.Read(log, _step, MostLosses);
        RunEvent[] fresh = [.. events.Where(_told.Add)];
        List<byte> news = [];
        if (losses.Count > 0)
            news.AddRange([.. "event: losses\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(losses, SpecJson.Compact), .. "\n\n"u8]);
        if (fresh.Length > 0)
            news.AddRange([.. "event: events\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(fresh, SpecJson.Compact), .. "\n\n"u8]);
        _step = losses.Count > 0 ? losses[^1].Step : _step;
        return [.. news];
    }

    private async Task<bool> HasEndedAsync()
    {
        if (_asked is { } asked && time.GetElapsedTime(asked) < StatePeriod)
            return false;
        _asked = time.GetTimestamp();
        return await runs.FindAsync(runId) is not { State: not (CellState.Done or CellState.Failed or CellState.Cancelled) };
    }
}
