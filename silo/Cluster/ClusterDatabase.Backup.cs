using System.Data;
using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Silo.Hosting;
using Npgsql;

namespace IconDiffusion.Silo.Cluster;

/// <summary>A cluster's states, reminders and list of revoked machines as files, in PostgreSQL's binary format of COPY. Who its members are is none of them: silos that start anew say so.</summary>
public static partial class ClusterDatabase
{
    private static readonly (string Table, string Columns, string Key)[] Kept =
    [
        ("orleansstorage", "grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, modifiedon, version", "serviceid"),
        ("orleansreminderstable", "serviceid, grainid, remindername, starttime, period, grainhash, version", "serviceid"),
        ("iconrevocations", "clusterid, list", "clusterid"),
    ];

    /// <summary>Writes the rows of a cluster as they are at one moment, while silos may work.</summary>
    /// <param name="id"><see cref="ClusterSettings.Id"/>.</param>
    /// <param name="folder">Where a file for each table is made.</param>
    /// <exception cref="ClusterDatabaseException">The database cannot be had, or has no tables.</exception>
    public static Task SaveAsync(string connectionString, string id, string folder, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            await ThrowIfIncompleteAsync(connection, connectionString, cancellationToken).ConfigureAwait(false);
            var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            await using (moment.ConfigureAwait(false))
            {
                var literal = await LiteralAsync(connection, id, cancellationToken).ConfigureAwait(false);
                foreach (var (table, columns, key) in Kept)
                {
                    var rows = await connection.BeginRawBinaryCopyAsync($"COPY (SELECT {columns} FROM {table} WHERE {key} = {literal}) TO STDOUT (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
                    await using (rows.ConfigureAwait(false))
                    using (var file = new FileStream(FileOf(folder, table), FileMode.CreateNew))
                    {
                        await rows.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
                        file.Flush(flushToDisk: true);
                    }
                }
            }
            return true;
        }, cancellationToken);

    /// <summary>Reads back what <see cref="SaveAsync"/> has written, all or nothing.</summary>
    /// <exception cref="SiloOptionsException">The cluster has states or members already.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had or written, or a file is damaged.</exception>
    public static Task LoadAsync(string connectionString, string id, string folder, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await RunAsync(connection, $"LOCK TABLE {string.Join(", ", Kept.Select(kept => kept.Table))} IN EXCLUSIVE MODE", cancellationToken).ConfigureAwait(false);
                await ThrowIfUsedAsync(connection, connectionString, id, cancellationToken).ConfigureAwait(false);
                foreach (var (table, columns, _) in Kept)
                {
                    var rows = await connection.BeginRawBinaryCopyAsync($"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
                    await using (rows.ConfigureAwait(false))
                    using (var file = File.OpenRead(FileOf(folder, table)))
                        await file.CopyToAsync(rows, cancellationToken).ConfigureAwait(false);
                }
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            return true;
        }, cancellationToken);

    /// <summary>Looks whether <see cref="LoadAsync"/> would find nothing of the cluster.</summary>
    /// <exception cref="SiloOptionsException">It has states or members already.</exception>
    /// <exception cref="ClusterDatabaseException">The database cannot be had, or has no tables.</exception>
    public static Task CheckUnusedAsync(string connectionString, string id, CancellationToken cancellationToken, X509Certificate2? authority = null) =>
        WithAsync(connectionString, authority, async connection =>
        {
            await ThrowIfUsedAsync(connection, connectionString, id, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    private static string FileOf(string folder, string table) => Path.Combine(folder, $"{table}.copy");

    private static async Task ThrowIfUsedAsync(NpgsqlConnection connection, string connectionString, string id, CancellationToken cancellationToken)
    {
        var literal = await LiteralAsync(connection, id, cancellationToken).ConfigureAwait(false);
        var command = Command(connection, $"""
            SELECT (SELECT count(*) FROM orleansstorage WHERE serviceid = {literal}),
                (SELECT count(*) FROM orleansreminderstable WHERE serviceid = {literal}),
                (SELECT count(*) FROM orleansmembershiptable WHERE deploymentid = {literal})
            """);
        await using (command.ConfigureAwait(false))
        {
            var (states, reminders, members) = (await ReadAsync(command, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken).ConfigureAwait(false))[0];
            if (states + reminders + members > 0)
                throw new SiloOptionsException([$"The database {Name(connectionString)} has {states} states, {reminders} reminders and {members} silos of the cluster '{id}' already; wanted a new database: createdb"]);
        }
    }

    // COPY takes no parameters.
    private static async Task<string> LiteralAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = Command(connection, "SELECT quote_literal($1)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = text });
            return (await ReadAsync(command, reader => reader.GetString(0), cancellationToken).ConfigureAwait(false))[0];
        }
    }
}
