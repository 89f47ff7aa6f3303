using Microsoft.Data.Sqlite;

namespace IconDiffusion.EmbeddedActors;

internal static class SqliteCommands
{
    /// <summary>A command that is compiled once; the names of its parameters begin with $.</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        command.Prepare();
        return command;
    }
}
