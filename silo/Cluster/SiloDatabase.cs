using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// The SQLite file of a single silo's states and reminders, as Orleans' ADO.NET providers want it: tables, and the queries that
/// they look up by name. One connection that its users take in turns, with statements that stay prepared; what was written is on
/// the disk when a task completes (WAL, synchronous=FULL).
/// </summary>
public sealed class SiloDatabase : DbDataSource
{
    /// <summary>Orleans' name for Microsoft.Data.Sqlite.</summary>
    public const string Invariant = "System.Data.SQLite";

    private const int SchemaVersion = 2;
    private const int BusySeconds = 5;
    private const int Full = 13;

    /// <summary>ENOSPC, an <see cref="IOException"/>'s HResult on a full disk.</summary>
    internal const int DiskFull = 28;

    /// <summary>EDQUOT, as before where its user may not have more of the disk.</summary>
    internal const int QuotaReached = 122;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Shared _connection;
    private readonly string _path;

    private SiloDatabase(string path)
    {
        _path = path;
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = BusySeconds }.ToString();
        _connection = new(ConnectionString, _turn);
    }

    /// <inheritdoc/>
    public override string ConnectionString { get; }

    /// <summary>Opens the database, making it where it is missing.</summary>
    /// <exception cref="IOException">It is locked, damaged, newer or not writable.</exception>
    public static SiloDatabase Open(string path)
    {
        var database = new SiloDatabase(path);
        try
        {
            database._connection.Open();
            Prepare(path, database._connection);
            return database;
        }
        catch (Exception failure)
        {
            database.Dispose();
            if (failure is SqliteException sqlite)
                throw Explain(path, sqlite);
            throw;
        }
    }

    /// <summary>Writes a whole copy of a database as it is at one moment, while its silo may work.</summary>
    /// <param name="copy">A file that is not there yet.</param>
    /// <exception cref="IOException">It is locked or damaged, or the copy cannot be written.</exception>
    public static void Save(string path, string copy)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = BusySeconds }.ToString());
            connection.Open();
            Save(connection, copy);
        }
        catch (SqliteException failure)
        {
            throw Explain(path, failure);
        }
    }

    /// <inheritdoc cref="Save(string, string)"/>
    internal static void Save(SqliteConnection connection, string copy)
    {
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "VACUUM INTO @copy";
            command.Parameters.AddWithValue("@copy", copy);
            command.ExecuteNonQuery();
        }
        using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _connection;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _connection.End();
        base.Dispose(disposing);
    }

    /// <summary>What SQLite reported to a grain, in words that say what to do; null: this failure is none of SQLite's.</summary>
    public IOException? Explain(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
            if (cause is SqliteException sqlite)
                return Explain(_path, sqlite);
        return null;
    }

    private static IOException Explain(string path, SqliteException failure)
    {
        var advice = failure.SqliteErrorCode switch
        {
            5 or 6 => $"is locked by another program for more than {BusySeconds} s; close that program",
            8 => "is read-only; wanted a file and folder that this user may write to",
            11 or 26 => "is damaged, or no SQLite database; move it aside or put a backup in its place",
            Full => "cannot grow, because the disk is full; make room",
            14 => "cannot be opened; wanted a file and folder that this user may read and write",
            _ => "failed",
        };
        var told = new IOException($"The silo's database '{path}' {advice}. SQLite says: {failure.Message}", failure);
        if (failure.SqliteErrorCode == Full)
            told.HResult = DiskFull;
        return told;
    }

    private static void Prepare(string path, SqliteConnection connection)
    {
        var sound = Scalar(connection, "PRAGMA quick_check(1)") as string;
        if (sound != "ok")
            throw new SqliteException(sound, errorCode: 11);
        Scalar(connection, "PRAGMA journal_mode = WAL");
        Scalar(connection, "PRAGMA synchronous = FULL");
        var version = (long)Scalar(connection, "PRAGMA user_version")!;
        if (version > SchemaVersion)
            throw new IOException($"The silo's database '{path}' has format {version}; this version reads up to {SchemaVersion}. A newer version wrote it.");
        if (version == DatabaseMigration.From)
            DatabaseMigration.KeepCopy(path, connection);
        using var transaction = connection.BeginTransaction();
        Scalar(connection, Schema);
        if (version == DatabaseMigration.From)
            DatabaseMigration.Run(connection);
        Scalar(connection, $"PRAGMA user_version = {SchemaVersion}");
        transaction.Commit();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private const string Key = """
        ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND ifnull(GrainIdExtensionString, '') = ifnull(@GrainIdExtensionString, '')
        """;

    private const string Reminder = "ServiceId = @ServiceId AND GrainId = @GrainId";
    private const string ReminderColumns = "SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable WHERE ServiceId = @ServiceId AND";

    // Names of queries, columns and parameters are Orleans'.
    private static string Schema => $"""
        CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey TEXT PRIMARY KEY, QueryText TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS OrleansStorage (
            ServiceId TEXT NOT NULL, GrainTypeString TEXT NOT NULL, GrainIdN0 INTEGER NOT NULL, GrainIdN1 INTEGER NOT NULL,
            GrainIdExtensionString TEXT, PayloadBinary BLOB, Version INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX IF NOT EXISTS OrleansStorageKey
            ON OrleansStorage (GrainTypeString, ifnull(GrainIdExtensionString, ''), GrainIdN0, GrainIdN1, ServiceId);
        CREATE TABLE IF NOT EXISTS OrleansRemindersTable (
            ServiceId TEXT NOT NULL, GrainId TEXT NOT NULL, ReminderName TEXT NOT NULL, StartTime TEXT NOT NULL, Period INTEGER NOT NULL,
            GrainHash INTEGER NOT NULL, Version INTEGER NOT NULL, PRIMARY KEY (ServiceId, GrainId, ReminderName)
        ) WITHOUT ROWID;
        INSERT OR REPLACE INTO OrleansQuery VALUES {string.Join(",\n", Queries.Select(query => $"('{query.Name}', '{query.Sql.Replace("'", "''", StringComparison.Ordinal)}')"))};
        """;

    private static (string Name, string Sql)[] Queries =>
    [
        ("ReadFromStorageKey", $"SELECT PayloadBinary, Version FROM OrleansStorage WHERE {Key}"),
        ("WriteToStorageKey", $"""
            INSERT INTO OrleansStorage (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString, PayloadBinary, Version)
                SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, @GrainIdExtensionString, @PayloadBinary, 1
                WHERE @GrainStateVersion IS NULL OR EXISTS (SELECT 1 FROM OrleansStorage WHERE {Key})
                ON CONFLICT DO UPDATE SET PayloadBinary = excluded.PayloadBinary, Version = OrleansStorage.Version + 1
                WHERE OrleansStorage.Version = @GrainStateVersion
                RETURNING Version AS NewGrainStateVersion;
            SELECT @GrainStateVersion AS NewGrainStateVersion WHERE changes() = 0 AND @GrainStateVersion IS NOT NULL;
            """),
        ("ClearStorageKey", $"""
            UPDATE OrleansStorage SET PayloadBinary = NULL, Version = Version + 1 WHERE {Key} AND Version = @GrainStateVersion
                RETURNING Version AS NewGrainStateVersion;
            SELECT @GrainStateVersion AS NewGrainStateVersion WHERE changes() = 0 AND @GrainStateVersion IS NOT NULL;
            """),
        ("UpsertReminderRowKey", """
            INSERT INTO OrleansRemindersTable (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
                VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
                ON CONFLICT DO UPDATE SET StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = Version + 1
                RETURNING Version;
            """),
        ("ReadReminderRowsKey", $"{ReminderColumns} GrainId = @GrainId"),
        ("ReadReminderRowKey", $"{ReminderColumns} GrainId = @GrainId AND ReminderName = @ReminderName"),
        ("ReadRangeRows1Key", $"{ReminderColumns} GrainHash > @BeginHash AND GrainHash <= @EndHash"),
        ("ReadRangeRows2Key", $"{ReminderColumns} (GrainHash > @BeginHash OR GrainHash <= @EndHash)"),
        ("DeleteReminderRowKey", $"DELETE FROM OrleansRemindersTable WHERE {Reminder} AND ReminderName = @ReminderName AND Version = @Version; SELECT changes();"),
        ("DeleteReminderRowsKey", "DELETE FROM OrleansRemindersTable WHERE ServiceId = @ServiceId"),
    ];

    // Its users dispose of it when their turn is over.
    private sealed class Shared(string connectionString, SemaphoreSlim turn) : SqliteConnection(connectionString)
    {
        private readonly Dictionary<string, SqliteCommand> _prepared = [];

        public void End() => base.Dispose(disposing: true);   // And its commands with it.

        /// <summary>The command of a text, which keeps its statements prepared; whoever has the turn may use it.</summary>
        public SqliteCommand Prepared(string text)
        {
            if (!_prepared.TryGetValue(text, out var command))
            {
                _prepared[text] = command = CreateCommand();
                command.CommandText = text;
            }
            return command;
        }

        protected override DbCommand CreateDbCommand() => new Passing(this);

#pragma warning disable CA2215 // It stays open for the next one.
        protected override void Dispose(bool disposing) => turn.Release();
#pragma warning restore CA2215
    }

    // Orleans makes a command each time, and tells the text last.
    private sealed class Passing(Shared connection) : SqliteCommand
    {
        protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var prepared = connection.Prepared(CommandText);
            prepared.Parameters.Clear();
            foreach (SqliteParameter parameter in Parameters)
                prepared.Parameters.Add(parameter);
            return Task.FromResult<DbDataReader>(prepared.ExecuteReader(behavior));
        }
    }
}
