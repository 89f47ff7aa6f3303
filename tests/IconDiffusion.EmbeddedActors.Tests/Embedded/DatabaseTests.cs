using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;

namespace IconDiffusion.EmbeddedActors.Tests;

public sealed class DatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("actors.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MissingFolders_AreMade()
    {
        var path = System.IO.Path.Combine(_folder.Path, "a", "b", "actors.db");
        await using var host = await EmbeddedHost.StartAsync(path);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Writes_AreOnTheDiskBeforeTheyReturn()
    {
        await using var host = await EmbeddedHost.StartAsync(Path);
        await host.Grains.GetGrain<ILedgerGrain>("one").Add(5, "five");
        Assert.Equal("wal", RawDatabase.Run(Path, "PRAGMA journal_mode"));
        Assert.Equal(1L, RawDatabase.Run(Path, "SELECT count(*) FROM state WHERE name = 'ledger' AND grain = 'one' AND version = 1"));
    }

    [Fact]
    public async Task AFileThatIsNoDatabase_IsRefusedByName()
    {
        await File.WriteAllTextAsync(Path, string.Concat(Enumerable.Repeat("This is a diary, not a database. ", 200)));
        await RefusedAsync("is damaged, or no SQLite database");
    }

    [Fact]
    public async Task ADamagedDatabase_IsRefusedAndLeftAsItIs()
    {
        await using (var host = await EmbeddedHost.StartAsync(Path))
        {
            for (var i = 0; i < 100; i++)
                await host.Grains.GetGrain<ILedgerGrain>($"grain {i}").Add(i, new string('x', 500));
        }
        var bytes = await File.ReadAllBytesAsync(Path);
        Array.Fill<byte>(bytes, 0x5A, 4096, 3 * 4096);
        await File.WriteAllBytesAsync(Path, bytes);
        await RefusedAsync("is damaged");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path));
    }

    [Fact]
    public async Task ANewerFormat_IsRefused()
    {
        RawDatabase.Run(Path, "PRAGMA user_version = 99");
        await RefusedAsync("has format 99");
    }

    // SQLite tries for five seconds before it gives up; there is no clock to move.
    [Fact, Trait("Speed", "Slow")]
    public async Task ALockedDatabase_FailsTheWriteAndOnlyIt()
    {
        await using var host = await EmbeddedHost.StartAsync(Path);
        var ledger = host.Grains.GetGrain<ILedgerGrain>("one");
        await ledger.Add(1, "before");
        using (var other = RawDatabase.Open(Path))
        {
            other.Run("BEGIN IMMEDIATE");
            var failure = await Assert.ThrowsAsync<IOException>(() => ledger.Add(1, "during"));
            Assert.Contains("is locked by another program", failure.Message, StringComparison.Ordinal);
            Assert.Contains(Path, failure.Message, StringComparison.Ordinal);
            other.Run("ROLLBACK");
        }
        await ledger.Reload();
        Assert.Equal(2, await ledger.Add(1, "after"));
    }

    [Fact]
    public async Task AReadOnlyDatabase_IsExplained()
    {
        await using (await EmbeddedHost.StartAsync(Path))
        {
        }
        using var connection = RawDatabase.Open(Path, SqliteOpenMode.ReadOnly);
        var failure = Assert.Throws<SqliteException>(() => connection.Run("DELETE FROM state"));
        Assert.Contains("is read-only; wanted a file and folder that this user may write to",
            ActorDatabase.Explain(Path, failure).Message, StringComparison.Ordinal);
    }

    [SkippableFact, UnsupportedOSPlatform("windows")]
    public async Task AFolderThatCannotBeWritten_IsRefusedByName()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Permissions do not bind this user.");
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await RefusedAsync("cannot be written");
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task AFolderWhereTheFileShouldBe_IsRefusedByName()
    {
        Directory.CreateDirectory(Path);
        await RefusedAsync("cannot be opened");
    }

    [Fact]
    public async Task AStateThatCannotBeRead_FailsItsGrainByName()
    {
        await using var host = await EmbeddedHost.StartAsync(Path);
        RawDatabase.Run(Path, "INSERT INTO state VALUES ('ledger', 'one', 1, '{ \"Total\": \"many\" }')");
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => host.Grains.GetGrain<ILedgerGrain>("one").Total());
        Assert.Contains("State 'ledger' of grain ledger/one", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, await host.Grains.GetGrain<ILedgerGrain>("two").Total());
    }

    [Fact]
    public async Task ASecondRuntimeInThisProcess_IsRefusedToo()
    {
        await using var host = await EmbeddedHost.StartAsync(Path);
        await RefusedAsync("or by another runtime in this one");
    }

    private async Task RefusedAsync(string message)
    {
        var failure = await Assert.ThrowsAsync<IOException>(() => EmbeddedHost.StartAsync(Path));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains(Path, failure.Message, StringComparison.Ordinal);
    }
}
