using IconDiffusion.Silo.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Api;

/// <summary>What a watcher is sent next.</summary>
/// <param name="Bytes">One server-sent event or more, or a comment, as they go over the wire.</param>
/// <param name="IsLast">Whether the stream ends here.</param>
internal sealed record EventFrame(byte[] Bytes, bool IsLast);

/// <summary>Something that can be watched.</summary>
internal interface IEventSource : IDisposable
{
    /// <summary>The newest frame that was not returned yet, as soon as there is one; null: none came within <paramref name="patience"/>.</summary>
    Task<EventFrame?> NextAsync(TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>
/// Serves server-sent events. A watcher that reads slowly is sent the newest state and misses those between; one that does not
/// read is dropped. Neither holds up anybody else, or more memory than a frame.
/// </summary>
internal sealed class EventStreams(
    SiloOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<EventStreams> logger)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);
    private static readonly byte[] Alive = ": alive\n\n"u8.ToArray();
    private int _watchers;

    /// <summary>Streams being served.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Serves one watcher until its source or its connection ends, or the silo stops.</summary>
    /// <exception cref="ApiException">There are too many watchers already.</exception>
    public async Task ServeAsync(HttpContext context, Func<CancellationToken, Task<IEventSource>> open)
    {
        try
        {
            if (Interlocked.Increment(ref _watchers) > options.MaxWatchers)
            {
                context.Response.Headers.RetryAfter = "10";
                throw new ApiException(StatusCodes.Status429TooManyRequests, $"{options.MaxWatchers} watchers are the most that this silo serves; try again later.");
            }
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            using var source = await open(end.Token);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await SendAsync(context, source, end.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Watchers connect again once the silo is back.
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    private async Task SendAsync(HttpContext context, IEventSource source, CancellationToken end)
    {
        while (true)
        {
            var frame = await source.NextAsync(KeepAlive, end);
            if (context.Features.Get<Bearer>() is { IsKnown: false })
                return;   // the token was revoked meanwhile
            using var patience = new CancellationTokenSource(options.WatcherTimeout, time);
            using var write = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
            try
            {
                await context.Response.Body.WriteAsync(frame?.Bytes ?? Alive, write.Token);
                await context.Response.Body.FlushAsync(write.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                logger.WatcherDropped(context.Request.Path);
                context.Abort();
                return;
            }
            if (frame is { IsLast: true })
                return;
        }
    }
}
