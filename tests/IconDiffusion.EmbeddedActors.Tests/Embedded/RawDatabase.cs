using Microsoft.Data.Sqlite;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>Another program at the same SQLite file.</summary>
internal static class RawDatabase
{
    public static SqliteConnection Open(string path, SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = mode }.ToString());
        connection.Open();
        return connection;
    }

    public static object? Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static object? Run(string path, string sql)
    {
        using var connection = Open(path);
        return connection.Run(sql);
    }
}
