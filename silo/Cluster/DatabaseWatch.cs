using IconDiffusion.Silo.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// Notices that the cluster's database was set back to an earlier state while a silo lives, as when a backup takes its place. Orleans counts every change among
/// the members and believes no lower count than it has seen: a silo would go on with what it remembers, not see who comes and goes, and grains would live twice. So
/// each silo counts on in a row of its own, which nobody else writes: a count that it has had before is of an earlier state, however much the others have changed
/// there since. It stops then, and reads everything anew when it is started again.
/// </summary>
/// <param name="id"><see cref="ClusterSettings.Id"/>.</param>
/// <param name="silo">The silo's name.</param>
internal sealed class DatabaseWatch(NpgsqlDataSource database, string id, string silo, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DatabaseWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private long _newest;

    /// <summary>Looks once.</summary>
    /// <returns>Whether it was set back, and the silo has been told to stop.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var beats = await ClusterDatabase.BeatAsync(database, id, silo, cancellationToken).ConfigureAwait(false);
            if (beats > _newest)
            {
                _newest = beats;
                return false;
            }
            logger.SetBack(beats, _newest);
            lifetime.StopApplication();
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            logger.NotRead("the database's clock", failure.Message);
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && !await LookAsync(stoppingToken).ConfigureAwait(false))
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
