using Microsoft.Data.Sqlite;

namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// The SQLite file of states and reminders. What was written is on the disk when a task completes (WAL, synchronous=FULL), so
/// it survives a killed process and a power cut. One connection; one operation at a time, off the grains' schedulers.
/// </summary>
internal sealed class ActorDatabase : IDisposable
{
    private const int SchemaVersion = 1;
    private const int BusySeconds = 5;
    private readonly ProcessLock _lock;
    private readonly SqliteConnection _connection;
    private readonly Lock _use = new();
    private readonly TaskScheduler _queue = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private bool _isClosed;

    private ActorDatabase(string path, ProcessLock processLock, SqliteConnection connection)
    {
        Path = path;
        _lock = processLock;
        _connection = connection;
        States = new(this, connection);
        Reminders = new(this, connection);
    }

    public string Path { get; }
    public StateTable States { get; }
    public ReminderTable Reminders { get; }

    /// <summary>Opens the database, making it where it is missing.</summary>
    /// <exception cref="IOException">Another process has it, or it is locked, damaged, newer or not writable.</exception>
    public static ActorDatabase Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (System.IO.Path.GetDirectoryName(path) is { } folder)
            Directory.CreateDirectory(folder);
        var processLock = ProcessLock.Take(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Pooling = false, DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            connection.Open();
            Prepare(path, connection);
            return new(path, processLock, connection);
        }
        catch (Exception failure)
        {
            connection.Dispose();
            processLock.Dispose();
            if (failure is SqliteException sqlite)
                throw Explain(path, sqlite);
            throw;
        }
    }

    /// <summary>Runs one operation after those before it.</summary>
    /// <exception cref="IOException">The database is locked, damaged, full or not writable.</exception>
    public Task<T> RunAsync<T>(Func<T> operation) => Task.Factory.StartNew(() =>
    {
        lock (_use)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            try
            {
                return operation();
            }
            catch (SqliteException failure)
            {
                throw Explain(Path, failure);
            }
        }
    }, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _queue);

    public void Dispose()
    {
        lock (_use)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _connection.Dispose();
            _lock.Dispose();
        }
    }

    /// <summary>SQLite's error in words that say what to do.</summary>
    public static IOException Explain(string path, SqliteException failure)
    {
        var advice = failure.SqliteErrorCode switch
        {
            5 or 6 => $"is locked by another program for more than {BusySeconds} s; close that program",
            8 => "is read-only; wanted a file and folder that this user may write to",
            11 or 26 => "is damaged, or no SQLite database; move it aside or put a backup in its place",
            13 => "cannot grow, because the disk is full; make room",
            14 => "cannot be opened; wanted a file and folder that this user may read and write",
            _ => "failed",
        };
        return new IOException($"Actor database '{path}' {advice}. SQLite says: {failure.Message}", failure);
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
        {
            throw new IOException($"Actor database '{path}' has format {version}; this version reads up to {SchemaVersion}. "
                + "A newer version wrote it.");
        }
        Scalar(connection, $"""
            BEGIN IMMEDIATE;
            {StateTable.Schema}
            {ReminderTable.Schema}
            PRAGMA user_version = {SchemaVersion};
            COMMIT;
            """);
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
