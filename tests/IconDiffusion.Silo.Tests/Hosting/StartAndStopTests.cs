using System.Net;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;
using Microsoft.Data.Sqlite;

namespace IconDiffusion.Silo.Tests.Hosting;

public sealed class StartAndStopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Database => _folder["cluster.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ASecondSiloInOneDataFolder_NamesTheFirst()
    {
        await using var first = await TestSilo.StartInAsync(_folder.Path);

        var exception = await Assert.ThrowsAsync<SiloStartException>(() => TestSilo.StartInAsync(_folder.Path));

        var url = first.Host.Url.GetLeftPart(UriPartial.Authority);
        Assert.Contains($"belongs to the silo at {url} (process {Environment.ProcessId})", exception.Message);
        Assert.Equal(url, exception.RunningUrl);
        Assert.Equal(new SiloAddress(url, Environment.MachineName, Environment.ProcessId, first.Host.Incarnation), SiloHost.Find(_folder.Path));
        Assert.Equal(HttpStatusCode.OK, (await first.Client.GetAsync("/api/silo")).StatusCode);
    }

    [Fact]
    public async Task TwoSilosAtTheSameInstant_AreOne()
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                return await TestSilo.StartInAsync(_folder.Path);
            }
            catch (SiloStartException)
            {
                return null;
            }
        }));

        await using var only = Assert.Single(starts, silo => silo is not null);
    }

    [Fact]
    public async Task AfterAStop_TheAddressIsGoneAndTheFolderFree()
    {
        var first = await TestSilo.StartInAsync(_folder.Path);
        var token = first.Host.Token;
        await first.Host.StopAsync();
        await first.Host.StopAsync();

        Assert.True(first.Work.HasStopped);
        Assert.False(File.Exists(_folder["silo.json"]));
        Assert.Null(SiloHost.Find(_folder.Path));
        await using var second = await TestSilo.StartInAsync(_folder.Path);
        Assert.Equal(token, second.Host.Token);
    }

    [Fact]
    public async Task AnAddressLeftBehindByAKilledSilo_IsNoSilo()
    {
        await File.WriteAllTextAsync(_folder["silo.lock"], "");
        await File.WriteAllTextAsync(_folder["silo.json"], $$"""{ "url": "http://127.0.0.1:1", "machine": "{{Environment.MachineName}}", "pid": 1, "incarnation": "a" }""");

        Assert.Null(SiloHost.Find(_folder.Path));
        await using var silo = await TestSilo.StartInAsync(_folder.Path);
        Assert.Equal(silo.Host.Incarnation, SiloHost.Find(_folder.Path)?.Incarnation);
    }

    [Fact]
    public async Task WhatWasSubmitted_IsThereAfterARestart()
    {
        string id;
        await using (var first = await TestSilo.StartInAsync(_folder.Path))
            id = await first.SubmitAsync();

        await using var second = await TestSilo.StartInAsync(_folder.Path);

        Assert.Equal(ExperimentState.Running, (await TestSilo.ReadAsync<ExperimentStatus>(await second.Client.GetAsync($"/api/experiments/{id}"))).State);
        Assert.Equal(TestSilo.Tiny().Runs[0], ((RunWork)(await second.Work.OrderAsync()).Spec).Run);
    }

    [Fact]
    public async Task ADamagedDatabase_IsNamedAndLeftAlone()
    {
        var garbage = new byte[8192];
        Random.Shared.NextBytes(garbage);
        await File.WriteAllBytesAsync(Database, garbage);

        var exception = await Assert.ThrowsAsync<SiloStartException>(() => TestSilo.StartInAsync(_folder.Path));

        Assert.Contains($"'{Database}' is damaged", exception.Message);
        Assert.Equal(garbage, await File.ReadAllBytesAsync(Database));
        Assert.Null(SiloHost.Find(_folder.Path));
    }

    [Fact]
    public async Task ADatabaseThatAnotherProgramLocks_IsNamed()
    {
        using var other = Open(Database);
        Run(other, "CREATE TABLE theirs (x); BEGIN EXCLUSIVE");

        var exception = await Assert.ThrowsAsync<SiloStartException>(() => TestSilo.StartInAsync(_folder.Path));

        Assert.Contains("is locked by another program", exception.Message);
    }

    [SkippableFact]
    public async Task AReadOnlyDatabase_IsNamed()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
            throw new SkipException("This user may write to every file.");
        await using (await TestSilo.StartInAsync(_folder.Path))
        {
        }
        File.SetUnixFileMode(Database, UnixFileMode.UserRead);

        var exception = await Assert.ThrowsAsync<SiloStartException>(() => TestSilo.StartInAsync(_folder.Path));

        Assert.Contains("is read-only", exception.Message);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ADatabaseLockedWhileTheSiloRuns_FailsTheRequestAndNotTheSilo()
    {
        await using var silo = await TestSilo.StartInAsync(_folder.Path);
        var id = await silo.SubmitAsync();
        using (var other = Open(Database))
        {
            Run(other, "BEGIN IMMEDIATE");
            var answer = await silo.Client.PostAsync($"/api/experiments/{id}/pause", null);
            Assert.Contains("is locked by another program", await Problem.SentenceAsync(HttpStatusCode.ServiceUnavailable, answer));
            Assert.Equal("ok", await silo.Client.GetStringAsync("/health/live"));
        }

        // The lock is gone; the grain comes back with what it had last written.
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!(await silo.Client.PostAsync($"/api/experiments/{id}/pause", null, patience.Token)).IsSuccessStatusCode)
            await Task.Yield();
        Assert.Equal(ExperimentState.Paused, (await TestSilo.ReadAsync<ExperimentStatus>(await silo.Client.GetAsync($"/api/experiments/{id}"))).State);
    }

    [Fact]
    public async Task ADataFolderThatCannotBe_IsNamed()
    {
        await File.WriteAllTextAsync(_folder["file"], "");

        var exception = await Assert.ThrowsAsync<SiloStartException>(() => TestSilo.StartInAsync(_folder["file", "data"]));

        Assert.Contains($"'{_folder["file", "data"]}' cannot be used", exception.Message);
    }

    [Fact]
    public async Task AnAddressThatIsTaken_IsNamed()
    {
        await using var first = await TestSilo.StartAsync();

        var exception = await Assert.ThrowsAsync<SiloStartException>(
            () => TestSilo.StartInAsync(_folder.Path, options => options.Url = first.Host.Url.GetLeftPart(UriPartial.Authority)));

        Assert.Contains("address already in use", exception.Message);
        Assert.Null(SiloHost.Find(_folder.Path));
    }

    [Fact]
    public async Task WrongOptions_StartNothing()
    {
        await Assert.ThrowsAsync<SiloOptionsException>(() => TestSilo.StartInAsync(_folder["data"], options => options.Threads = 0));

        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task AListeningSilo_TellsItsLoopbackAddress()
    {
        await using var silo = await TestSilo.StartInAsync(_folder.Path, options => options.Listen = "0.0.0.0");

        Assert.True(silo.Host.Url.IsLoopback);
        Assert.Equal(HttpStatusCode.OK, (await silo.Client.GetAsync("/api/silo")).StatusCode);
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
