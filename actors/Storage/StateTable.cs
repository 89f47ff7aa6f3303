using Microsoft.Data.Sqlite;
using Orleans.Storage;

namespace IconDiffusion.EmbeddedActors;

/// <summary>The records of all grains: JSON and a version each. The version grows with every write and is the ETag.</summary>
internal sealed class StateTable
{
    /// <summary>A cleared record keeps its row, so that its version goes on.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS state (
            name TEXT NOT NULL, grain TEXT NOT NULL, version INTEGER NOT NULL, payload TEXT, PRIMARY KEY (name, grain)
        ) WITHOUT ROWID;
        """;

    private readonly ActorDatabase _database;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _update;

    public StateTable(ActorDatabase database, SqliteConnection connection)
    {
        _database = database;
        _read = connection.Prepare("SELECT version, payload FROM state WHERE name = $name AND grain = $grain", "$name", "$grain");
        _insert = connection.Prepare("""
            INSERT INTO state (name, grain, version, payload) VALUES ($name, $grain, 1, $payload) ON CONFLICT DO NOTHING
            RETURNING version
            """, "$name", "$grain", "$payload");
        _update = connection.Prepare("""
            UPDATE state SET version = version + 1, payload = $payload WHERE name = $name AND grain = $grain AND version = $version
            RETURNING version
            """, "$name", "$grain", "$payload", "$version");
    }

    /// <summary>Version and JSON; no version where there never was a record, no JSON where it was cleared.</summary>
    public Task<(long? Version, string? Payload)> ReadAsync(string name, string grain) =>
        _database.RunAsync(() => Read(name, grain));

    /// <summary>Writes over exactly this version, null meaning no record; returns the new version.</summary>
    /// <param name="payload">JSON; null clears.</param>
    /// <exception cref="InconsistentStateException">The record has another version.</exception>
    public Task<long> WriteAsync(string name, string grain, long? version, string? payload) => _database.RunAsync(() =>
    {
        var command = version is null ? _insert : _update;
        command.Parameters["$name"].Value = name;
        command.Parameters["$grain"].Value = grain;
        command.Parameters["$payload"].Value = (object?)payload ?? DBNull.Value;
        if (version is not null)
            command.Parameters["$version"].Value = version;
        return command.ExecuteScalar() as long? ?? throw Stale(name, grain, version);
    });

    private (long? Version, string? Payload) Read(string name, string grain)
    {
        _read.Parameters["$name"].Value = name;
        _read.Parameters["$grain"].Value = grain;
        using var reader = _read.ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1)) : (null, null);
    }

    private InconsistentStateException Stale(string name, string grain, long? version)
    {
        var stored = Read(name, grain).Version;
        return new($"State '{name}' of grain '{grain}' has version {stored?.ToString() ?? "none"} in the database, but this "
            + $"activation knows version {version?.ToString() ?? "none"}: another wrote it since.", stored?.ToString(), version?.ToString());
    }
}
