using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary><c>icon backup</c> of a cluster that trains meanwhile, and <c>icon restore</c> where nothing is; of a silo of its own, IconDiffusion.Silo.Tests has it.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly Icon _icon = new();
    private readonly Icon _after = new();

    public void Dispose()
    {
        _icon.Dispose();
        _after.Dispose();
    }

    private string Backup => Path.Combine(_icon.Folder, "backup");

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AClustersBackup_GoesOnInAnotherDatabase_WithTheSameAuthority()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync(empty: true);
        await using var other = await server.CreateDatabaseAsync(empty: true);
        var join = await InitAsync(_icon, database.ConnectionString);
        string[] original;
        using (await SiloProcess.StartAsync(Silo(_icon, join)))
            original = await BackUpWhileItTrainsAsync(join);

        // As deploy/README.md has it: the new database first, then join files that name it, of the authority that came back.
        var restored = await RunAsync(_after, other.ConnectionString, "restore", Backup);
        var file = await InitAsync(_after, other.ConnectionString);
        using var successor = await SiloProcess.StartAsync(Silo(_after, file));

        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.Equal(original, await HashesAsync(_after));
        AssertOwnersAlone(Authority(_after));
        Assert.Equal(File.ReadAllText(Authority(_icon)), File.ReadAllText(Authority(_after)));
    }

    /// <returns>The weights that come out undisturbed.</returns>
    private async Task<string[]> BackUpWhileItTrainsAsync(string join)
    {
        var submitted = await _icon.RunAsync("submit", _icon.Write("tiny.json", TinyExperiment.Json(steps: 150)));
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        await _icon.FileAsync("step-*.json");
        var backup = await _icon.RunAsync("backup", Backup, "--join", join);
        Assert.True(backup.ExitCode == 0, backup.Error);
        return await HashesAsync(_icon);
    }

    private static async Task<string[]> HashesAsync(Icon icon)
    {
        var watched = await icon.RunAsync("watch", "tiny");
        Assert.True(watched.ExitCode == 0, watched.Error);
        var results = (await icon.RunAsync("results", "tiny", "--json")).Json.GetProperty("results");
        Assert.Equal(1, results.GetArrayLength());
        return [.. results.EnumerateArray().Select(run => run.GetProperty("result").GetProperty("training").GetProperty("weightsHash").GetString()!)];
    }

    private static async Task<string> InitAsync(Icon icon, string database)
    {
        var made = await icon.RunAsync("cluster", "init", "--database", database, "--machine", "a", "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        return made.Json.GetProperty("joinFiles")[0].GetString()!;
    }

    private static ProcessStartInfo Silo(Icon icon, string join)
    {
        var start = icon.Prepare("silo", "--url", "http://127.0.0.1:0", "--name", "a", "--threads", "2", "--device", "cpu", "--json", "--join", join);
        start.Environment["ICONDIFFUSION_CLUSTER__PORT"] = $"{PostgresServer.FreePort()}";
        return start;
    }

    private static async Task<Icon.Outcome> RunAsync(Icon icon, string database, params string[] arguments)
    {
        var start = icon.Prepare(arguments);
        start.Environment["ICONDIFFUSION_CLUSTER__DATABASE"] = database;
        using var process = Process.Start(start)!;
        return await Icon.EndAsync(process);
    }

    private static void AssertOwnersAlone(string path)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private static string Authority(Icon icon) => Path.Combine(icon.Folder, "data", "cluster", "authority.key");
}
