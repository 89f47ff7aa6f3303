namespace IconDiffusion.Client.Tests;

/// <summary><c>icon cluster init</c> on a real server.</summary>
public sealed class ClusterInitTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [SkippableFact]
    public async Task ADatabase_IsMadeReadyOnce()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var first = await _icon.RunAsync("cluster", "init", "--database", database.ConnectionString, "--json");
        var second = await _icon.RunAsync("cluster", "init", "--database", database.ConnectionString, "--json");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(
            ["iconpulses", "iconrevocations", "orleansgraindirectory", "orleansmembershiptable", "orleansmembershipversiontable", "orleansquery", "orleansreminderstable", "orleansstorage", "orleansstorage_first_write"],
            first.Json.GetProperty("made").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal((0, 0), (second.Json.GetProperty("made").GetArrayLength(), second.Json.GetProperty("queries").GetInt32()));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhatCannotBeHad_HasAnExitCode()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync(empty: true);
        Assert.Equal(3, await CodeAsync(server.ConnectionString("none")));
        Assert.Equal(1, await CodeAsync("Host=127.0.0.1;Port=1;Username=icon;Database=icon"));
        Assert.Equal(2, await CodeAsync($"{database.ConnectionString};Username={PostgresServer.Guest};Password=wrong"));
        Assert.Equal(2, await CodeAsync("no connection string"));
        Assert.Equal(2, (await _icon.RunAsync("cluster", "init")).ExitCode);
    }

    private async Task<int> CodeAsync(string connection) => (await _icon.RunAsync("cluster", "init", "--database", connection)).ExitCode;
}
