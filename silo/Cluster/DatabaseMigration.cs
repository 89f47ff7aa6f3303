using Microsoft.Data.Sqlite;
using Orleans.Runtime;

namespace IconDiffusion.Silo.Cluster;

/// <summary>Takes over what the first release kept in its <c>cluster.db</c>: queues, leases, experiments, work and reminders.</summary>
internal static class DatabaseMigration
{
    /// <summary>The format of the file that is taken over.</summary>
    public const int From = 1;

    /// <summary>Leaves a whole copy beside the file, named after its format, before anything is changed. An older copy stays.</summary>
    public static void KeepCopy(string path, SqliteConnection connection)
    {
        var copy = $"{path}.format{From}";
        if (File.Exists(copy))
            return;
        var unfinished = copy + ".tmp";
        File.Delete(unfinished);
        SiloDatabase.Save(connection, unfinished);   // On the disk before it has the name of a whole copy.
        File.Move(unfinished, copy);
    }

    /// <summary>Moves all rows into Orleans' tables. The caller's transaction makes it all or nothing.</summary>
    public static void Run(SqliteConnection connection)
    {
        // Keys of grains are strings, for which Orleans' two numbers are 0. A cleared state keeps its row there as here.
        Execute(connection, $"""
            INSERT INTO OrleansStorage (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString, PayloadBinary, Version)
                SELECT '{EmbeddedSilo.Id}', name, 0, 0, grain, CAST(payload AS BLOB), version FROM state;
            DROP TABLE state;
            """);
        foreach (var (grain, name, first, period) in Reminders(connection))
        {
            Execute(connection, $"""
                INSERT INTO OrleansRemindersTable (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
                    VALUES ('{EmbeddedSilo.Id}', @grain, @name, @first, @period, @hash, 0)
                """,
                ("@grain", grain), ("@name", name), ("@first", new DateTime(first, DateTimeKind.Utc)),
                ("@period", (long)new TimeSpan(period).TotalMilliseconds), ("@hash", (int)GrainId.Parse(grain).GetUniformHashCode()));
        }
        Execute(connection, "DROP TABLE reminder");
    }

    private static List<(string Grain, string Name, long First, long Period)> Reminders(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT grain, name, first_tick, period FROM reminder";
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string, long, long)>();
        while (reader.Read())
            rows.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
        return rows;
    }

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }
}
