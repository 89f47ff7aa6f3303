using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Silo.Hosting;
using Npgsql;

namespace IconDiffusion.Silo.Cluster;

/// <summary>The PostgreSQL database of a cluster: its tables and the queries that Orleans looks up in it.</summary>
public static partial class ClusterDatabase
{
    // Any number that no other program in the same database locks by.
    private const long InitializationLock = 0x69636f6e;

    /// <summary>
    /// A connection string by which a server elsewhere has to show that it is the one (<c>SSL Mode=VerifyFull</c>), unless the string says itself what is
    /// wanted, or the server is on this machine.
    /// </summary>
    /// <exception cref="SiloOptionsException">It is no connection string.</exception>
    public static string Secured(string connectionString)
    {
        var settings = Parse(connectionString);
        if (settings.ShouldSerialize("SSL Mode") || settings.Host!.StartsWith('/') || settings.Host is "localhost" || (IPAddress.TryParse(settings.Host, out var address) && IPAddress.IsLoopback(address)))
            return connectionString;
        settings.SslMode = SslMode.VerifyFull;
        return settings.ConnectionString;
    }

    /// <summary>Connections to the database.</summary>
    /// <param name="authority">Who has issued the server's certificate, where the connection string wants it verified and names no other root; null: somebody whom this machine trusts.</param>
    public static NpgsqlDataSource Connections(string connectionString, X509Certificate2? authority)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        if (authority is not null && builder.ConnectionStringBuilder is { SslMode: SslMode.VerifyCA or SslMode.VerifyFull, RootCertificate: null })
            builder.UseRootCertificate(authority);
        return builder.Build();
    }

    /// <summary>Makes what is missing, in one transaction that waits for another one's. What is there is kept.</summary>
    /// <exception cref="SiloOptionsException">It is no connection string.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had or changed; nothing was.</exception>
    public static Task<ClusterDatabaseChange> InitializeAsync(string connectionString, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await WaitForOthersAsync(connection, cancellationToken).ConfigureAwait(false);
                var before = await RelationsAsync(connection, cancellationToken).ConfigureAwait(false);
                var queriesBefore = await QueriesAsync(connection, before, cancellationToken).ConfigureAwait(false);
                await RunAsync(connection, Schema(), cancellationToken).ConfigureAwait(false);
                var after = await RelationsAsync(connection, cancellationToken).ConfigureAwait(false);
                var queries = await QueriesAsync(connection, after, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return new ClusterDatabaseChange
                {
                    Made = [.. after.Except(before).Order(StringComparer.Ordinal)],
                    Queries = queries.Count(query => queriesBefore.GetValueOrDefault(query.Key) != query.Value),
                };
            }
        }, cancellationToken);

    /// <summary>Looks whether a silo can start on the database.</summary>
    /// <exception cref="SiloOptionsException">It is no connection string.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had, or has no tables.</exception>
    public static Task CheckAsync(string connectionString, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            await ThrowIfIncompleteAsync(connection, connectionString, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>The list of revoked certificates; null: there is none.</summary>
    /// <param name="id"><see cref="ClusterSettings.Id"/>.</param>
    /// <exception cref="SiloOptionsException">It is no connection string.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had.</exception>
    public static Task<byte[]?> RevokedAsync(string connectionString, string id, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, connection => RevokedAsync(Command(connection, Revoked), id, cancellationToken), cancellationToken);

    /// <inheritdoc cref="RevokedAsync(string, string, CancellationToken, X509Certificate2?)"/>
    /// <exception cref="NpgsqlException">The database cannot be had.</exception>
    public static Task<byte[]?> RevokedAsync(NpgsqlDataSource database, string id, CancellationToken cancellationToken) => RevokedAsync(database.CreateCommand(Revoked), id, cancellationToken);

    /// <summary>Puts a list in the place of the one that is there.</summary>
    /// <exception cref="ClusterDatabaseException">The database cannot be had.</exception>
    public static Task RevokeAsync(string connectionString, string id, byte[] list, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            await ThrowIfIncompleteAsync(connection, connectionString, cancellationToken).ConfigureAwait(false);
            var command = Command(connection, "INSERT INTO iconrevocations VALUES ($1, $2) ON CONFLICT (clusterid) DO UPDATE SET list = excluded.list");
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = list });
                return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }, cancellationToken);

    /// <summary>Puts a list back, unless another one has come meanwhile.</summary>
    /// <param name="found">What is there in its place; null: nothing.</param>
    /// <exception cref="NpgsqlException">The database cannot be had.</exception>
    public static async Task RestoreRevokedAsync(NpgsqlDataSource database, string id, byte[] list, byte[]? found, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand("INSERT INTO iconrevocations AS there VALUES ($1, $2) ON CONFLICT (clusterid) DO UPDATE SET list = excluded.list WHERE there.list = $3");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = list });
            command.Parameters.Add(new() { Value = (object?)found ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts on by one in a silo's own row.</summary>
    /// <param name="id"><see cref="ClusterSettings.Id"/>.</param>
    /// <param name="silo">Its name, which no other that lives has.</param>
    /// <returns>The new count; 1 where the row was not there.</returns>
    /// <exception cref="NpgsqlException">The database cannot be had.</exception>
    public static async Task<long> BeatAsync(NpgsqlDataSource database, string id, string silo, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand("INSERT INTO iconpulses AS there VALUES ($1, $2, 1) ON CONFLICT (clusterid, siloname) DO UPDATE SET beats = there.beats + 1 RETURNING beats");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = silo });
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    /// <summary>The generation of a silo's life that begins now, see <see cref="ClusterMember"/>.</summary>
    /// <param name="id"><see cref="ClusterSettings.Id"/>.</param>
    /// <returns>Seconds since 2022, which is where Orleans begins to count, or more: above all that the address had.</returns>
    /// <exception cref="SiloOptionsException">It is no connection string.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had.</exception>
    public static Task<int> NextGenerationAsync(string connectionString, string id, IPAddress address, int port, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            var command = Command(connection, """
                SELECT greatest(extract(epoch FROM now() - timestamptz '2022-01-01 00:00+00')::integer, max(generation) + 1)
                FROM orleansmembershiptable WHERE deploymentid = $1 AND address = $2 AND port = $3
                """);
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = address.ToString() });
                command.Parameters.Add(new() { Value = port });
                return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            }
        }, cancellationToken);

    private const string Revoked = "SELECT list FROM iconrevocations WHERE clusterid = $1";

    private static async Task<byte[]?> RevokedAsync(NpgsqlCommand command, string id, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = id });
            return (byte[]?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static readonly string[] Relations =
    [
        "iconpulses", "iconrevocations", "orleansgraindirectory", "orleansmembershiptable", "orleansmembershipversiontable", "orleansquery", "orleansreminderstable",
        "orleansstorage", "orleansstorage_first_write",
    ];

    private static async Task ThrowIfIncompleteAsync(NpgsqlConnection connection, string connectionString, CancellationToken cancellationToken)
    {
        var found = await RelationsAsync(connection, cancellationToken).ConfigureAwait(false);
        if (found.Count < Relations.Length)
            throw new ClusterDatabaseException(
                ClusterDatabaseFault.NoTables,
                $"The database {Name(connectionString)} has {(found.Count == 0 ? "no tables of Orleans" : $"only {found.Count} of {Relations.Length} tables and indexes")}; wanted: icon cluster init --database …");
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new(connectionString);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Its message may quote a piece of the string, which may be the password.
            throw new SiloOptionsException(["The database is no connection string of Npgsql; wanted such as: Host=db;Username=icon;Password=…;Database=icon"]);
        }
        if (string.IsNullOrWhiteSpace(settings.Host))
            throw new SiloOptionsException(["The database's connection string names no Host; wanted such as: Host=db;Username=icon;Password=…;Database=icon"]);
        return settings;
    }

    private static async Task<T> WithAsync<T>(string connectionString, X509Certificate2? authority, Func<NpgsqlConnection, Task<T>> act, CancellationToken cancellationToken)
    {
        var settings = Parse(connectionString);
        try
        {
            // A pool of this one's own would keep a connection open.
            settings.Pooling = false;
            var source = Connections(settings.ConnectionString, authority);
            await using (source.ConfigureAwait(false))
            {
                var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                    return await act(connection).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException or TimeoutException)
        {
            throw Explain(settings, failure);
        }
    }

    private static ClusterDatabaseException Explain(NpgsqlConnectionStringBuilder settings, Exception failure)
    {
        var database = settings.Database ?? settings.Username;
        var (fault, sentence) = failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                (ClusterDatabaseFault.NotLetIn, $"The database server {settings.Host}:{settings.Port} did not let the user '{settings.Username}' in; wanted a Username and Password that it knows"),
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                (ClusterDatabaseFault.NoDatabase, $"The server {settings.Host}:{settings.Port} has no database '{database}'; wanted: createdb --owner {settings.Username} {database}"),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
                (ClusterDatabaseFault.NotAllowed, $"The user '{settings.Username}' may not make or read tables in the database '{database}' at {settings.Host}:{settings.Port}; wanted its owner, or a user with CREATE on its schema who owns the tables that are there"),
            PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } =>
                (ClusterDatabaseFault.Duplicates, $"The database '{database}' at {settings.Host}:{settings.Port} holds two states of one grain in orleansstorage; wanted one: stop the silos, back it up and delete the older row"),
            PostgresException => (ClusterDatabaseFault.Other, $"The database '{database}' at {settings.Host}:{settings.Port} refused"),
            { InnerException: null or AuthenticationException } and NpgsqlException when settings.SslMode >= SslMode.Require =>
                (ClusterDatabaseFault.NotEncrypted, $"The database server {settings.Host}:{settings.Port} does not encrypt, or not with a certificate of this name that is believed; wanted in its postgresql.conf ssl=on, with ssl_cert_file and ssl_key_file of the certificate and key that 'icon cluster init' makes for it, or another SSL Mode in the connection string"),
            _ => (ClusterDatabaseFault.Unreachable, $"The database server {settings.Host}:{settings.Port} cannot be reached; wanted a PostgreSQL that listens there"),
        };
        var cause = failure is PostgresException postgres ? postgres.MessageText : (failure.InnerException ?? failure).Message;
        return new(fault, $"{sentence}. Found: {cause}", failure);
    }

    private static string Name(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"'{settings.Database ?? settings.Username}' at {settings.Host}:{settings.Port}";
    }

    private static string Schema()
    {
        using var reader = new StreamReader(typeof(ClusterDatabase).Assembly.GetManifestResourceStream("Cluster/PostgreSql.sql")!);
        return reader.ReadToEnd();
    }

#pragma warning disable CA2100 // No text of a user's is in it.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection);
#pragma warning restore CA2100

    // Until the transaction ends, no other one that prepares the database goes on.
    private static Task WaitForOthersAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({InitializationLock})"), cancellationToken);

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<string>> RelationsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, "SELECT name FROM unnest($1) AS name WHERE to_regclass(name) IS NOT NULL");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = Relations });
            return await ReadAsync(command, reader => reader.GetString(0), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<Dictionary<string, string>> QueriesAsync(NpgsqlConnection connection, List<string> relations, CancellationToken cancellationToken)
    {
        if (!relations.Contains("orleansquery"))
            return [];
        var command = Command(connection, "SELECT querykey, querytext FROM orleansquery");
        await using (command.ConfigureAwait(false))
        {
            return (await ReadAsync(command, reader => (Name: reader.GetString(0), Text: reader.GetString(1)), cancellationToken).ConfigureAwait(false))
                .ToDictionary(query => query.Name, query => query.Text);
        }
    }

    private static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                rows.Add(read(reader));
        }
        return rows;
    }
}

/// <summary>What an initialization made; nothing, if all was there.</summary>
public sealed record ClusterDatabaseChange
{
    /// <summary>Tables and indexes.</summary>
    public required IReadOnlyList<string> Made { get; init; }

    /// <summary>How many of Orleans' queries were added or replaced.</summary>
    public required int Queries { get; init; }

    /// <summary>Whether anything was missing.</summary>
    public bool IsAny => Made.Count > 0 || Queries > 0;
}

/// <summary>Why a cluster's database cannot be used.</summary>
public enum ClusterDatabaseFault
{
    /// <summary>What the message says.</summary>
    Other,

    /// <summary>No server answers there.</summary>
    Unreachable,

    /// <summary>It does not encrypt, or by a certificate that is not believed.</summary>
    NotEncrypted,

    /// <summary>User or password are wrong.</summary>
    NotLetIn,

    /// <summary>The server has no such database.</summary>
    NoDatabase,

    /// <summary>The user may not make or read its tables.</summary>
    NotAllowed,

    /// <summary>It has no tables of Orleans.</summary>
    NoTables,

    /// <summary>Two rows for one grain.</summary>
    Duplicates,
}

/// <summary>A cluster's database cannot be used. The message says what was found and wanted, without the password.</summary>
public sealed class ClusterDatabaseException(ClusterDatabaseFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public ClusterDatabaseFault Fault => fault;
}
