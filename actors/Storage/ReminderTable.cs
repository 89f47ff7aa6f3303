using Microsoft.Data.Sqlite;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>The reminders of all grains; times as .NET ticks, in UTC.</summary>
internal sealed class ReminderTable
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS reminder (
            grain TEXT NOT NULL, name TEXT NOT NULL, first_tick INTEGER NOT NULL, period INTEGER NOT NULL, PRIMARY KEY (grain, name)
        ) WITHOUT ROWID;
        """;

    private readonly ActorDatabase _database;
    private readonly SqliteCommand _all;
    private readonly SqliteCommand _set;
    private readonly SqliteCommand _delete;

    public ReminderTable(ActorDatabase database, SqliteConnection connection)
    {
        _database = database;
        _all = connection.Prepare("SELECT grain, name, first_tick, period FROM reminder");
        _set = connection.Prepare("""
            INSERT INTO reminder (grain, name, first_tick, period) VALUES ($grain, $name, $first, $period)
            ON CONFLICT DO UPDATE SET first_tick = $first, period = $period
            """, "$grain", "$name", "$first", "$period");
        _delete = connection.Prepare("DELETE FROM reminder WHERE grain = $grain AND name = $name", "$grain", "$name");
    }

    public Task<List<ReminderRow>> ReadAllAsync() => _database.RunAsync(() =>
    {
        var rows = new List<ReminderRow>();
        using var reader = _all.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(new(GrainId.Parse(reader.GetString(0)), reader.GetString(1),
                new DateTime(reader.GetInt64(2), DateTimeKind.Utc), new TimeSpan(reader.GetInt64(3))));
        }
        return rows;
    });

    public Task<int> SetAsync(ReminderRow row) => _database.RunAsync(() =>
    {
        _set.Parameters["$grain"].Value = row.Grain.ToString();
        _set.Parameters["$name"].Value = row.ReminderName;
        _set.Parameters["$first"].Value = row.FirstTick.Ticks;
        _set.Parameters["$period"].Value = row.Period.Ticks;
        return _set.ExecuteNonQuery();
    });

    public Task<int> DeleteAsync(GrainId grain, string name) => _database.RunAsync(() =>
    {
        _delete.Parameters["$grain"].Value = grain.ToString();
        _delete.Parameters["$name"].Value = name;
        return _delete.ExecuteNonQuery();
    });
}

/// <summary>One reminder.</summary>
/// <param name="FirstTick">When it was first due, in UTC.</param>
internal sealed record ReminderRow(GrainId Grain, string ReminderName, DateTime FirstTick, TimeSpan Period) : IGrainReminder;
