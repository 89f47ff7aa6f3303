using Microsoft.Data.Sqlite;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>
/// Makes the actors' database refuse every write after a given number of them, by triggers in the file itself: what a process
/// that died at that moment would have left behind.
/// </summary>
internal sealed class PowerCut : IDisposable
{
    private static readonly (string Table, string Event)[] Writes =
        [.. from table in new[] { "OrleansStorage", "OrleansRemindersTable" } from kind in new[] { "INSERT", "UPDATE", "DELETE" } select (table, kind)];

    private readonly SqliteConnection _connection;

    /// <param name="disk">The runtime may have its database open.</param>
    /// <param name="writes">How many succeed.</param>
    public PowerCut(Disk disk, int writes)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = disk.Database, Pooling = false, DefaultTimeout = 30 }.ToString());
        _connection.Open();
        Run($"CREATE TABLE power (left INTEGER NOT NULL); INSERT INTO power VALUES ({writes});");
        foreach (var (table, kind) in Writes)
        {
            Run($"""
                CREATE TRIGGER cut_{table}_{kind} BEFORE {kind} ON {table} WHEN (SELECT left FROM power) <= 0
                BEGIN SELECT RAISE(ABORT, 'no power'); END;
                CREATE TRIGGER count_{table}_{kind} AFTER {kind} ON {table} BEGIN UPDATE power SET left = left - 1; END;
                """);
        }
    }

    /// <summary>Whether all writes that succeed have been made.</summary>
    public bool IsOver
    {
        get
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "SELECT left FROM power";
            return (long)command.ExecuteScalar()! <= 0;
        }
    }

    /// <summary>The power is back.</summary>
    public void Dispose()
    {
        foreach (var (table, kind) in Writes)
            Run($"DROP TRIGGER cut_{table}_{kind}; DROP TRIGGER count_{table}_{kind};");
        Run("DROP TABLE power");
        _connection.Dispose();
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
