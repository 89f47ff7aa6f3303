using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Connections.Security;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// Which machines' certificates count no more: looks every five seconds for a newer list of the authority in the database. Whoever is on it gets no new connection
/// from then on, and loses those that are open after ten seconds; a silo that is on it itself stops. The newest list that was seen stays in the data folder, and is put back where the database's is gone: a machine that was put out may still reach it.
/// </summary>
internal sealed class Revocations(NpgsqlDataSource database, ClusterSettings settings, SiloOptions options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Revocations> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // A silo that finds itself on the list leaves in good order before the others end what they have open to it: cut off, it would take them for dead.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<ConnectionContext, X509Certificate2> _open = [];
    private readonly ClusterKeys _keys = settings.Keys!;

    /// <summary>Where a silo keeps the newest list that it has seen.</summary>
    public static string FileIn(string data) => Path.Combine(JoinFile.Folder(data), "revoked.crl");

    /// <summary>Takes in what the data folder and the database have.</summary>
    /// <exception cref="SiloOptionsException">This machine's own certificate is revoked.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had.</exception>
    public static async Task LookAsync(ClusterSettings settings, string data, CancellationToken cancellationToken)
    {
        if (settings.Keys is not { } keys)
            return;
        if (File.Exists(FileIn(data)))
            keys.Learn(await File.ReadAllBytesAsync(FileIn(data), cancellationToken).ConfigureAwait(false));
        if (await ClusterDatabase.RevokedAsync(settings.Database, settings.Id, cancellationToken, keys.Authority).ConfigureAwait(false) is { } list)
            keys.Learn(list);
        if (!keys.Trusts(keys.Certificate))
            throw new SiloOptionsException(["The certificate in this machine's join file was revoked; wanted a new file: icon cluster init --machine NAME, where the authority is."]);
    }

    /// <summary>Knows of a connection from its handshake to its end.</summary>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.RemoteCertificate is { } shown)
            _open[connection] = shown;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    }

    /// <summary>Ends what is open to whoever is on the list.</summary>
    public void EndRevoked()
    {
        foreach (var (connection, shown) in _open)
            if (!_keys.Trusts(shown))
                connection.Abort(new("The certificate at the other end was revoked."));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (kept, since) = ((RevocationList?)null, 0L);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var found = await ClusterDatabase.RevokedAsync(database, settings.Id, stoppingToken).ConfigureAwait(false);
                if (found is not null)
                    _keys.Learn(found);
                if (_keys.Revoked is { } newest && newest != kept)
                {
                    logger.Revoked(newest.Number);
                    (kept, since) = (newest, time.GetTimestamp());
                    AtomicFile.WriteAllBytes(FileIn(options.Data), newest.Der);
                }

                // Somebody has taken it away, or put an older one there.
                if (kept is not null && found?.AsSpan().SequenceEqual(kept.Der) != true)
                    await ClusterDatabase.RestoreRevokedAsync(database, settings.Id, kept.Der, found, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or UnauthorizedAccessException or TimeoutException)
            {
                logger.NotRead("the list of revoked machines", failure.Message);
            }
            if (!_keys.Trusts(_keys.Certificate))
            {
                logger.OwnCertificateRevoked();
                lifetime.StopApplication();
                return;
            }
            if (kept is not null && time.GetElapsedTime(since) > Grace)
                EndRevoked();
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
