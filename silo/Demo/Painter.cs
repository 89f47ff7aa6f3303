using IconDiffusion.Data;
using IconDiffusion.Pipeline.Publishing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Demo;

/// <summary>Draws for those who wait, one icon after the other, and closes the page once the consent has ended.</summary>
internal sealed class Painter(FreshIcons icons, WaitingLine line, DemoOptions options, TimeProvider time, ILogger<Painter> logger) : BackgroundService
{
    /// <summary>What is said once the consent has ended: no name, no reason, no record, which are the artist's business.</summary>
    public const string Closed = "This page is closed: the consent for the icons that the program has learned from has ended, so no more are drawn.";

    private const string NotDrawn = "This icon could not be drawn; ask for another one.";

    private static readonly string CopiesAlone = $"The last {FreshIcons.MostTries} icons were copies of icons that the program has learned from, so none is shown. Ask again for others.";

    /// <summary>All that is told in place of an icon.</summary>
    public static readonly string[] Told = [Closed, NotDrawn, CopiesAlone];

    private volatile bool _isClosed;

    /// <summary>Whether the consent has ended; for good, as long as this process lives.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>What icons are shown under; null: nobody's consent is on record.</summary>
    public ConsentRecord? Consent { get; private set; } = icons.RequireConsent();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(DrawAsync(stoppingToken), WatchAsync(stoppingToken));

    private async Task DrawAsync(CancellationToken stop)
    {
        var typical = TimeSpan.Zero;
        while (!stop.IsCancellationRequested && !IsClosed)
        {
            var place = await line.NextAsync(stop);
            var start = time.GetTimestamp();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, place.Left);
            // A thread of its own: libtorch keeps it busy for as long as an icon takes.
            var last = await Task.Factory.StartNew(() => Draw(place, end.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var took = time.GetElapsedTime(start);
            typical = typical == TimeSpan.Zero ? took : ((3 * typical) + took) / 4;
            line.Done(last is null ? null : typical);
            if (last is not null)
                place.End(last);
        }
    }

    // Null: nobody waits for it any more.
    private News? Draw(Place place, CancellationToken end)
    {
        try
        {
            place.Tell(new("drawing") { Part = 0 });
            return icons.Draw(place.Tags, part => place.Tell(new("drawing") { Part = part }), end) is { } icon
                ? new("icon") { Number = icon.Number, Png = icon.Png }
                : new("none") { Sentence = CopiesAlone };
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception ended) when (ended is ConsentException or DatasetException)
        {
            Close(ended);
            return new("closed") { Status = StatusCodes.Status410Gone, Sentence = Closed };
        }
        catch (Exception failure)
        {
            logger.NotDrawn(failure);
            return new("failed") { Status = StatusCodes.Status500InternalServerError, Sentence = NotDrawn };
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.LookEvery, time);
        while (!IsClosed && await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                Consent = icons.RequireConsent();
                line.Remind();
            }
            catch (Exception ended) when (ended is ConsentException or DatasetException)
            {
                Close(ended);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Each icon asks as well, and is not drawn then.
                logger.NotLooked(failure.Message);
            }
        }
    }

    private void Close(Exception ended)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        logger.ConsentEnded(ended.Message);
        line.Close(new("closed") { Status = StatusCodes.Status410Gone, Sentence = Closed });
    }
}

internal static partial class DemoLog
{
    [LoggerMessage(1, LogLevel.Warning, "The page is closed: {Reason}")]
    public static partial void ConsentEnded(this ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Error, "An icon could not be drawn")]
    public static partial void NotDrawn(this ILogger logger, Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "The consent cannot be looked up, trying again: {Reason}")]
    public static partial void NotLooked(this ILogger logger, string reason);
}
