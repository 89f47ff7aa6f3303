using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// A login of the database for each certificate that is issued, named by its serial number, so that revoking the one takes the other away. Each may read and write the
/// cluster's rows and nothing else, as a member of the role <c>icon-silos-DATABASE</c>. Where whoever prepares the cluster may not make roles, all machines share that user's.
/// </summary>
public static partial class ClusterDatabase
{
    // PostgreSQL's own number of rounds (scram_iterations).
    private const int Rounds = 4096;

    // A silo that finds itself revoked leaves in good order before it loses the database.
    private static readonly TimeSpan Leave = TimeSpan.FromSeconds(15);

    /// <summary>Makes a machine's login, valid as long as its certificate.</summary>
    /// <param name="connectionString">Of a user who owns the tables.</param>
    /// <param name="machine">Noted in the database, for whoever looks at its roles.</param>
    /// <param name="certificate">The machine's certificate.</param>
    /// <returns>The connection string with the login's name and password; null: the user may not make roles.</returns>
    /// <exception cref="SiloOptionsException">It is no connection string.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had, or does not let the new login in; it is gone then.</exception>
    public static async Task<string?> AdmitAsync(string connectionString, string machine, X509Certificate2 certificate, CancellationToken cancellationToken, X509Certificate2? authority = null)
    {
        var settings = Parse(connectionString);
        var (login, group) = (LoginOf(certificate.SerialNumber), $"icon-silos-{settings.Database ?? settings.Username}");
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var isMade = await WithAsync(connectionString, authority, async connection =>
        {
            if (!await IsTrueAsync(connection, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user", cancellationToken).ConfigureAwait(false))
                return false;
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await WaitForOthersAsync(connection, cancellationToken).ConfigureAwait(false);
                if (!await IsTrueAsync(connection, "SELECT to_regrole(quote_ident($1)) IS NOT NULL", cancellationToken, group).ConfigureAwait(false))
                    await RunAsync(connection, "CREATE ROLE %I", cancellationToken, group).ConfigureAwait(false);
                await RunAsync(connection, "GRANT USAGE ON SCHEMA public TO %I", cancellationToken, group).ConfigureAwait(false);
                foreach (var table in Relations.Where(relation => !relation.EndsWith("_first_write", StringComparison.Ordinal)))
                    await RunAsync(connection, "GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I", cancellationToken, table, group).ConfigureAwait(false);
                await RunAsync(connection, "CREATE ROLE %I LOGIN PASSWORD %L VALID UNTIL %L IN ROLE %I", cancellationToken,
                    login, Verifier(password), certificate.NotAfter.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), group).ConfigureAwait(false);
                await RunAsync(connection, "GRANT %I TO CURRENT_USER", cancellationToken, login).ConfigureAwait(false);    // which may end its sessions then
                await RunAsync(connection, "COMMENT ON ROLE %I IS %L", cancellationToken, login, $"IconDiffusion: the silo of {machine}").ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            return true;
        }, cancellationToken).ConfigureAwait(false);
        if (!isMade)
            return null;
        (settings.Username, settings.Password) = (login, password);
        try
        {
            await CheckAsync(settings.ConnectionString, cancellationToken, authority).ConfigureAwait(false);
        }
        catch (ClusterDatabaseException refused) when (refused.Fault is ClusterDatabaseFault.NotLetIn)
        {
            await WithAsync(connectionString, authority, async connection =>
            {
                await RunAsync(connection, "DROP ROLE %I", cancellationToken, login).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
            throw new ClusterDatabaseException(ClusterDatabaseFault.NotLetIn,
                $"The database server {settings.Host}:{settings.Port} does not let the logins of machines in; wanted a line of its pg_hba.conf for them, such as: hostssl {settings.Database} +{group} samenet scram-sha-256. {refused.Message}", refused);
        }
        return settings.ConnectionString;
    }

    /// <summary>Takes the logins of certificates away: waits up to 15 s until nobody uses them, then ends what is left of them.</summary>
    /// <param name="serials">Serial numbers of the certificates; those without a login are passed over.</param>
    /// <returns>How many logins there were.</returns>
    /// <exception cref="ClusterDatabaseException">The database cannot be had or changed.</exception>
    public static Task<int> DismissAsync(string connectionString, IEnumerable<string> serials, TimeProvider time, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            var logins = new List<string>();
            foreach (var login in serials.Select(LoginOf))
                if (await IsTrueAsync(connection, "SELECT to_regrole(quote_ident($1)) IS NOT NULL", cancellationToken, login).ConfigureAwait(false))
                    logins.Add(login);
            var since = time.GetTimestamp();
            foreach (var login in logins)
            {
                while (time.GetElapsedTime(since) < Leave && await IsTrueAsync(connection, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = $1)", cancellationToken, login).ConfigureAwait(false))
                    await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken).ConfigureAwait(false);
                await RunAsync(connection, "ALTER ROLE %I NOLOGIN", cancellationToken, login).ConfigureAwait(false);
                await RunAsync(connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %L", cancellationToken, login).ConfigureAwait(false);
                await RunAsync(connection, "DROP ROLE %I", cancellationToken, login).ConfigureAwait(false);
            }
            return logins.Count;
        }, cancellationToken);

    private static string LoginOf(string serial) => $"icon-{serial.ToLowerInvariant()}";

    // What the server keeps of a password (RFC 5802, RFC 7677), so that the password itself is in no statement that it may log.
    private static string Verifier(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, Rounds, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(CultureInfo.InvariantCulture, $"SCRAM-SHA-256${Rounds}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}");
    }

    // A statement that takes no parameters, made by the server's own quoting.
    private static async Task RunAsync(NpgsqlConnection connection, string format, CancellationToken cancellationToken, params string[] values)
    {
        var command = Command(connection, "SELECT format($1, VARIADIC $2)");
        string sql;
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = format });
            command.Parameters.Add(new() { Value = values });
            sql = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
        await RunAsync(connection, sql, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsTrueAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] values)
    {
        var command = Command(connection, sql);
        await using (command.ConfigureAwait(false))
        {
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
    }
}
