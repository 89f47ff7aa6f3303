using IconDiffusion.Grains;
using Microsoft.Extensions.Logging;
using Orleans;

namespace IconDiffusion.Silo.Api;

/// <summary>One feed per experiment that somebody watches, shared by all who do.</summary>
internal sealed class ExperimentFeeds(IGrainFactory grains, TimeProvider time, ILogger<ExperimentFeeds> logger)
{
    private readonly Dictionary<string, ExperimentFeed> _feeds = [];

    /// <summary>Begins to watch; null: there is no such experiment.</summary>
    public async Task<IEventSource?> WatchAsync(string id, CancellationToken cancellationToken)
    {
        var watch = Join(id);
        try
        {
            if (await watch.ExistsAsync(cancellationToken))
                return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
        watch.Dispose();
        return null;
    }

    // A feed that has reached its end takes nobody more: the experiment may have been submitted again since.
    private ExperimentWatch Join(string id)
    {
        lock (_feeds)
        {
            if (!_feeds.TryGetValue(id, out var feed) || feed.HasEnded)
                _feeds[id] = feed = new(id, grains.GetGrain<IExperimentGrain>(id), time, logger);
            feed.Watchers++;
            if (feed.Watchers == 1)
                feed.Start();
            return new(feed, () => Leave(id, feed), time);
        }
    }

    private void Leave(string id, ExperimentFeed feed)
    {
        lock (_feeds)
        {
            if (--feed.Watchers > 0)
                return;
            feed.Dispose();
            if (_feeds.TryGetValue(id, out var present) && present == feed)
                _feeds.Remove(id);
        }
    }
}

/// <summary>One watcher's view of a feed.</summary>
internal sealed class ExperimentWatch(ExperimentFeed feed, Action leave, TimeProvider time) : IEventSource
{
    private Action? _leave = leave;
    private EventFrame? _seen;

    /// <summary>Whether the experiment is there, once that is known.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        while (feed.State.Frame is null)
            await feed.State.Changed.Task.WaitAsync(cancellationToken);
        return feed.State.Frame != ExperimentFeed.Missing;
    }

    public async Task<EventFrame?> NextAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = feed.State;
            if (state.Frame is { } frame && frame != _seen)
                return _seen = frame;
            try
            {
                await state.Changed.Task.WaitAsync(patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
