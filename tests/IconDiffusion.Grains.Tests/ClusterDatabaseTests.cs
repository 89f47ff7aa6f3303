using System.Net;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace IconDiffusion.Grains.Tests;

public sealed class ClusterDatabaseTests
{
    [SkippableFact]
    public async Task ASecondInitialization_ChangesNothing()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var first = await ClusterDatabase.InitializeAsync(database.ConnectionString, default);
        var second = await ClusterDatabase.InitializeAsync(database.ConnectionString, default);
        Assert.Equal(9, first.Made.Count);
        Assert.False(second.IsAny);
        await ClusterDatabase.CheckAsync(database.ConnectionString, default);
    }

    [SkippableFact]
    public async Task TwoInitializationsAtOnce_BothSucceed()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var changes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ClusterDatabase.InitializeAsync(database.ConnectionString, default)));
        Assert.Single(changes, change => change.IsAny);
    }

    [SkippableFact]
    public async Task AnOlderDatabase_KeepsItsStates()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await RunAsync(source, "DROP INDEX orleansstorage_first_write; UPDATE orleansquery SET querytext = 'old'; INSERT INTO orleansstorage VALUES (1, 2, 3, 4, 'type', 'key', 'icon', '\\x01', now(), 5)");
        var change = await ClusterDatabase.InitializeAsync(database.ConnectionString, default);
        Assert.Equal(["orleansstorage_first_write"], change.Made);
        await using var count = source.CreateCommand("SELECT version FROM orleansstorage");
        Assert.Equal(5, await count.ExecuteScalarAsync());
        await RunAsync(source, "SELECT 1");
    }

    [SkippableFact]
    public async Task AClustersRows_AreBroughtIntoAnotherDatabase_ThatHasNoneOfIt()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync();
        await using var other = await server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await RunAsync(source, """
            INSERT INTO orleansstorage VALUES (1, 2, 3, 4, 'type', 'key', 'it''s', '\x0102', now(), 5), (1, 2, 3, 4, 'type', 'key', 'another', '\x03', now(), 6);
            INSERT INTO orleansreminderstable VALUES ('it''s', 'grain', 'name', now(), 60000, 7, 0)
            """);
        var folder = Directory.CreateTempSubdirectory("icon-grains-");
        try
        {
            await ClusterDatabase.SaveAsync(database.ConnectionString, "it's", folder.FullName, default);
            await ClusterDatabase.CheckUnusedAsync(other.ConnectionString, "it's", default);
            await ClusterDatabase.LoadAsync(other.ConnectionString, "it's", folder.FullName, default);
            await Assert.ThrowsAsync<SiloOptionsException>(() => ClusterDatabase.CheckUnusedAsync(other.ConnectionString, "it's", default));
            await Assert.ThrowsAsync<SiloOptionsException>(() => ClusterDatabase.LoadAsync(other.ConnectionString, "it's", folder.FullName, default));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        await using var restored = NpgsqlDataSource.Create(other.ConnectionString);
        await using var rows = restored.CreateCommand("SELECT (SELECT string_agg(concat_ws(' ', serviceid, encode(payloadbinary, 'hex'), version), ',') FROM orleansstorage) || (SELECT concat_ws(' ', '', grainid, period) FROM orleansreminderstable)");
        Assert.Equal("it's 0102 5 grain 60000", await rows.ExecuteScalarAsync());
    }

    [SkippableFact]
    public async Task AClockThatWasSetBack_MakesNoOlderMember()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var now = (int)(DateTimeOffset.UtcNow - new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;
        await RunAsync(source, $"""
            INSERT INTO orleansmembershipversiontable VALUES ('it''s', now(), 3), ('another', now(), 1);
            INSERT INTO orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, starttime, iamalivetime)
            SELECT id, '127.0.0.1', port, generation, 'silo', 'host', 5, now(), now()
            FROM (VALUES ('it''s', 11111, {now - 100}), ('it''s', 11111, {now + 3600}), ('it''s', 11112, {now + 5000}), ('another', 11111, {now + 7000})) AS members (id, port, generation)
            """);

        Assert.Equal(now + 3601, await NextAsync("it's"));
        Assert.InRange(await NextAsync("new"), now - 1, now + 600);

        Task<int> NextAsync(string cluster) => ClusterDatabase.NextGenerationAsync(database.ConnectionString, cluster, IPAddress.Loopback, 11111, default);
    }

    [SkippableFact]
    public async Task ADatabaseThatWasSetBack_StopsEverySilo_HoweverLateItLooks()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var lifetimes = Enumerable.Range(0, 2).Select(_ => new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)).ToArray();
        DatabaseWatch[] silos = [.. lifetimes.Select((lifetime, i) => new DatabaseWatch(source, "it's", $"silo{i}", lifetime, TimeProvider.System, NullLogger<DatabaseWatch>.Instance))];

        foreach (var silo in (int[])[0, 1, 0, 1]) Assert.False(await silos[silo].LookAsync(default));
        await RunAsync(source, "CREATE TABLE dump AS TABLE iconpulses");
        foreach (var silo in (int[])[0, 1, 0, 1]) Assert.False(await silos[silo].LookAsync(default));
        await RunAsync(source, "ALTER TABLE iconpulses RENAME TO away");
        Assert.False(await silos[0].LookAsync(default));   // Out of reach is not set back.
        await RunAsync(source, "ALTER TABLE away RENAME TO iconpulses");
        Assert.False(await silos[0].LookAsync(default));
        await RunAsync(source, "UPDATE iconpulses SET beats = dump.beats FROM dump WHERE dump.siloname = iconpulses.siloname");
        Assert.DoesNotContain(lifetimes, lifetime => lifetime.ApplicationStopping.IsCancellationRequested);
        // One notices, ends and starts again before the other looks.
        Assert.True(await silos[0].LookAsync(default));
        silos[0].Dispose();
        silos[0] = new(source, "it's", "silo0", new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), TimeProvider.System, NullLogger<DatabaseWatch>.Instance);
        for (var i = 0; i < 9; i++) Assert.False(await silos[0].LookAsync(default));
        Assert.True(await silos[1].LookAsync(default));
        Assert.All(lifetimes, lifetime => Assert.True(lifetime.ApplicationStopping.IsCancellationRequested));
        foreach (var silo in silos) silo.Dispose();
    }

    [SkippableFact]
    public async Task ADatabaseWithoutTables_IsMissingThem()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        Assert.Equal(ClusterDatabaseFault.NoTables, (await Assert.ThrowsAsync<ClusterDatabaseException>(() => ClusterDatabase.CheckAsync(database.ConnectionString, default))).Fault);
    }

    [SkippableFact]
    public async Task AMissingDatabase_IsToldApartFromAServerThatDoesNotAnswer()
    {
        var server = await PostgresServer.GetAsync();
        Assert.Equal(ClusterDatabaseFault.NoDatabase, (await Assert.ThrowsAsync<ClusterDatabaseException>(() => ClusterDatabase.InitializeAsync(server.ConnectionString("none"), default))).Fault);
        var failure = await Assert.ThrowsAsync<ClusterDatabaseException>(() => ClusterDatabase.InitializeAsync("Host=127.0.0.1;Port=1;Username=icon;Password=secret;Database=icon", default));
        Assert.Equal(ClusterDatabaseFault.Unreachable, failure.Fault);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("wrong", ClusterDatabaseFault.NotLetIn)]
    [InlineData(PostgresServer.GuestPassword, ClusterDatabaseFault.NotAllowed)]
    public async Task AGuest_IsToldWhatIsMissing(string password, ClusterDatabaseFault fault)
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var connection = $"{database.ConnectionString};Username={PostgresServer.Guest};Password={password}";
        Assert.Equal(fault, (await Assert.ThrowsAsync<ClusterDatabaseException>(() => ClusterDatabase.InitializeAsync(connection, default))).Fault);
        Assert.Equal(ClusterDatabaseFault.NoTables, (await Assert.ThrowsAsync<ClusterDatabaseException>(() => ClusterDatabase.CheckAsync(database.ConnectionString, default))).Fault);
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
