using IconDiffusion.Grains;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace IconDiffusion.Silo.Hosting;

/// <summary>Tells the scheduler once a second, and when something changes, that this silo lives and what its devices do.</summary>
internal sealed class Heartbeat(
    IGrainFactory grains, ISiloWork work, SiloOptions options, SiloIdentity identity, TimeProvider time, ILogger<Heartbeat> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _changed = new(0, 1);
    private volatile bool _isLeaving;
    private long? _accepted;
    private bool _isFailing;
    private bool _isDiskFull;

    /// <summary>Whether the scheduler has heard this silo lately and is going to.</summary>
    public bool IsReady => !_isLeaving && _accepted is { } accepted && time.GetElapsedTime(accepted) < Fresh;

    /// <summary>Says goodbye: no more work is given to this silo. It is heard on until it stops, so that its work is not taken for lost while it writes checkpoints.</summary>
    public async Task LeaveAsync()
    {
        _isLeaving = true;
        try
        {
            await Scheduler.LeaveAsync(options.Name, identity.Incarnation).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // It finds out by itself after a few seconds of silence.
            logger.NotHeard(failure.Message);
        }
    }

    public override void Dispose()
    {
        work.Changed -= Wake;
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        work.Changed += Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            await BeatAsync().ConfigureAwait(false);
            await ((Task)_changed.WaitAsync(Period, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ISchedulerGrain Scheduler => grains.GetGrain<ISchedulerGrain>("default");

    private async Task BeatAsync()
    {
        try
        {
            await Scheduler.HeartbeatAsync(new NodeReport
            {
                Silo = options.Name,
                Incarnation = identity.Incarnation,
                Devices = [.. work.Devices],
                Running = [.. work.Running],
                Only = options.Only,
                FreeDiskBytes = FreeDiskBytes(),
            }).ConfigureAwait(false);
            _accepted = time.GetTimestamp();
            if (_isFailing)
                logger.HeardAgain();
            _isFailing = false;
        }
        catch (Exception failure)
        {
            if (!_isFailing)
                logger.NotHeard(failure.Message);
            _isFailing = true;
        }
    }

    private long? FreeDiskBytes()
    {
        try
        {
            var free = new DriveInfo(options.Data).AvailableFreeSpace;
            if (free < NodeReport.LeastDiskBytes && !_isDiskFull)
                logger.DiskFull(options.Data, free / 1_000_000);
            _isDiskFull = free < NodeReport.LeastDiskBytes;
            return free;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    // One pending wake-up says all; a second one meets a full semaphore.
    private void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception failure) when (failure is SemaphoreFullException or ObjectDisposedException)
        {
        }
    }
}
