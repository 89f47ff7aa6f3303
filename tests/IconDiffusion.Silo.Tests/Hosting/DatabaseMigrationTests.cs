using IconDiffusion.Silo.Cluster;
using IconDiffusion.Specs.Cluster;
using Microsoft.Data.Sqlite;

namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>
/// tests/golden/cluster/format1.db is what the first release left when it was killed with two experiments: three cells, of which one
/// was training, and two that were paused.
/// </summary>
public sealed class DatabaseMigrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DatabaseMigrationTests() => File.Copy(Checkout.PathOf("tests", "golden", "cluster", "format1.db"), Database);

    private string Database => _folder["cluster.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatTheFirstReleaseLeft_GoesOn()
    {
        await using var silo = await TestSilo.StartInAsync(_folder.Path);

        var kept = await StatusAsync(silo, "kept-24e348a9");
        var paused = await StatusAsync(silo, "paused-9f49911c");

        Assert.Equal((ExperimentState.Running, 3), (kept.State, kept.Cells.Count));
        Assert.Equal((ExperimentState.Paused, 2), (paused.State, paused.Cells.Count));
        var order = await silo.Work.OrderAsync();
        // The first cell is leased to the silo that was killed, until that has been silent for long enough.
        Assert.Equal((2, 1), (((RunWork)order.Spec).Run.Seed, order.Attempt));
    }

    [Fact]
    public async Task TheOldFileIsKept_AndItsRowsAreMovedOnce()
    {
        var before = Rows(Checkout.PathOf("tests", "golden", "cluster", "format1.db"), "SELECT name || '|' || grain || '|' || version || '|' || payload FROM state ORDER BY 1");
        for (var start = 0; start < 2; start++)
            SiloDatabase.Open(Database).Dispose();

        Assert.Equal(before, Rows(_folder["cluster.db.format1"], "SELECT name || '|' || grain || '|' || version || '|' || payload FROM state ORDER BY 1"));
        Assert.Equal(before, Rows(Database, "SELECT GrainTypeString || '|' || GrainIdExtensionString || '|' || Version || '|' || CAST(PayloadBinary AS TEXT) FROM OrleansStorage ORDER BY 1"));
        Assert.Equal(["experiment/kept-24e348a9|unfinished|60000"], Rows(Database, "SELECT GrainId || '|' || ReminderName || '|' || Period FROM OrleansRemindersTable"));
        Assert.Equal(["2"], Rows(Database, "PRAGMA user_version"));
    }

    [Fact]
    public void AMigrationThatFails_LeavesTheOldFileAsItWas()
    {
        using (var connection = Open(Database))
        {
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO reminder VALUES ('no grain', 'x', 0, 0)";   // a name that no grain can have
            command.ExecuteNonQuery();
        }
        var before = Rows(Database, "SELECT name || grain || version || payload FROM state ORDER BY 1");

        Assert.ThrowsAny<Exception>(() => SiloDatabase.Open(Database));

        Assert.Equal(before, Rows(Database, "SELECT name || grain || version || payload FROM state ORDER BY 1"));
        Assert.Equal(["1"], Rows(Database, "PRAGMA user_version"));
    }

    private static async Task<ExperimentStatus> StatusAsync(TestSilo silo, string id) =>
        await TestSilo.ReadAsync<ExperimentStatus>(await silo.Client.GetAsync($"/api/experiments/{id}"));

    private static string[] Rows(string path, string sql)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return [.. rows];
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
