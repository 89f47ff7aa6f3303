using IconDiffusion.Silo.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// Notices that the cluster's database was set back to an earlier state while its silos live, as when a backup takes its place. Orleans counts every change among
/// the members and believes no lower count than it has seen: silos would go on with what they remember, and not see who comes and goes. So the silo stops, and
/// reads everything anew when it is started again.
/// </summary>
internal sealed class DatabaseWatch(NpgsqlDataSource database, ClusterSettings settings, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DatabaseWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private int _highest;

    /// <summary>Looks once.</summary>
    /// <returns>Whether it was set back, and the silo has been told to stop.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Gone: taken away with all that was in the database, and perhaps about to be put there again.
            var count = await ClusterDatabase.MemberChangesAsync(database, settings.Id, cancellationToken).ConfigureAwait(false) ?? 0;
            if (count >= _highest)
            {
                _highest = count;
                return false;
            }
            logger.SetBack(count, _highest);
            lifetime.StopApplication();
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            logger.NotRead("the cluster's members", failure.Message);
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && !await LookAsync(stoppingToken).ConfigureAwait(false))
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
