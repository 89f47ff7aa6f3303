using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace IconDiffusion.Client.Tests;

/// <summary>Silos in processes of their own on one PostgreSQL database, and strangers who know that database and try to be one of them.</summary>
public sealed class ClusterKeysTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhoHasAJoinFileIsInside_AndNobodyElse()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var joins = await InitAsync(_icon, database.ConnectionString, "a", "b");
        using var elsewhere = new Icon();
        var stranger = (await InitAsync(elsewhere, database.ConnectionString, "a"))[0];
        var port = PostgresServer.FreePort();
        using var a = await SiloProcess.StartAsync(Prepare(_icon, "a", port, "--join", joins[0]));
        using var b = await SiloProcess.StartAsync(Prepare(_icon, "b", PostgresServer.FreePort(), "--join", joins[1]));

        var unknown = EndAsync(Prepare(elsewhere, "c", PostgresServer.FreePort(), "--join", stranger));
        var without = EndAsync(Prepare(elsewhere, "d", PostgresServer.FreePort()), database.ConnectionString);
        var submitted = await _icon.RunAsync("submit", _icon.Write("tiny.json", TinyExperiment.Json(steps: 20, dimMults: "[[1, 2], [1, 4]]")), "--watch");
        var outcomes = await Task.WhenAll(unknown, without);
        var status = await _icon.RunAsync("status", "--json");

        Assert.True(submitted.ExitCode == 0, submitted.Error);
        // The cluster has declared them dead, or they gave up; they never told that they had started.
        Assert.All(outcomes, outcome => Assert.True(outcome is { ExitCode: not 0, Output: "" }, outcome.Error));
        Assert.Equal(["a", "b"], status.Json.GetProperty("devices").EnumerateArray().Select(device => device.GetProperty("silo").GetString()).Order());

        // A member whose certificate is revoked is put out, and does not come back, not even with its old file and the database's password.
        var stolen = _icon.Write("stolen.join", File.ReadAllText(joins[1]));
        var revoked = await _icon.RunAsync("cluster", "revoke", "b", "--database", database.ConnectionString, "--json");
        using (var patience = new CancellationTokenSource(Patience.Limit))
            await b.Process.WaitForExitAsync(patience.Token);
        var back = await EndAsync(Prepare(elsewhere, "b", PostgresServer.FreePort(), "--join", stolen));
        using var old = X509Certificate2.CreateFromPem(Content(stolen, "certificate"), Content(stolen, "key"));
        var left = await _icon.RunAsync("status", "--json");

        Assert.Equal(2, b.Process.ExitCode);
        Assert.Equal((0, 1), (revoked.ExitCode, revoked.Json.GetProperty("certificates").GetInt32()));
        Assert.True(back.ExitCode == 2, back.Error);
        Assert.Equal(["a"], left.Json.GetProperty("devices").EnumerateArray().Select(device => device.GetProperty("silo").GetString()));
        Assert.Equal(2, (await _icon.RunAsync("cluster", "revoke", "nobody", "--database", database.ConnectionString)).ExitCode);

        foreach (var join in joins.Take(1).Append(stranger))
        {
            AssertOwnersAlone(join);
            var key = Content(join, "key").Split('\n')[1];
            Assert.DoesNotContain(key, a.Error + b.Error + string.Concat(outcomes.Select(outcome => outcome.Error)));
        }

        // What answers a member, its first words, answers nobody else.
        using var authority = X509Certificate2.CreateFromPemFile(Beside(joins[0], "authority.crt"), Beside(joins[0], "authority.key"));
        using var other = X509Certificate2.CreateFromPemFile(Beside(stranger, "authority.crt"), Beside(stranger, "authority.key"));
        var now = DateTimeOffset.UtcNow;
        Assert.True(await IsAnsweredAsync(port, authority, Issue(authority, now.AddDays(1))));
        Assert.False(await IsAnsweredAsync(port, authority, old));
        Assert.False(await IsAnsweredAsync(port, authority, Issue(authority, now.AddSeconds(-1))));
        Assert.False(await IsAnsweredAsync(port, authority, Issue(other, now.AddDays(1))));
        Assert.False(await IsAnsweredAsync(port, authority, null));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AMachinesLogin_ReadsAndWritesRowsAlone_AndEndsWithItsCertificate()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync(empty: true);
        var owner = $"owner_{database.Name}";
        await server.RunAsync($"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'x'");
        await server.RunAsync($"ALTER DATABASE {database.Name} OWNER TO {owner}");
        var connection = $"{database.ConnectionString};Username={owner};Password=x";
        var joins = await InitAsync(_icon, connection, "a", "b");
        await InitAsync(_icon, connection, "c");
        await using var a = Connect(joins[0]);
        await using var b = Connect(joins[1]);
        await using var later = Connect(joins[1]);
        await b.OpenAsync();
        await RunAsync(a, "INSERT INTO orleansmembershipversiontable (deploymentid) VALUES ('x')");

        var wider = new List<string>();
        foreach (var sql in new[] { "CREATE TABLE mine ()", "DROP TABLE orleansstorage", "CREATE ROLE other", $"SET ROLE {owner}", $"ALTER ROLE {owner} PASSWORD 'y'" })
            wider.Add((await Assert.ThrowsAsync<PostgresException>(() => RunAsync(a, sql))).SqlState);
        var revoked = await _icon.RunAsync("cluster", "revoke", "b", "--database", connection, "--json");
        var ended = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(b, "SELECT 1"));
        var again = await Assert.ThrowsAsync<PostgresException>(() => later.OpenAsync());

        Assert.All(wider, state => Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, state));
        Assert.Equal((0, 1), (revoked.ExitCode, revoked.Json.GetProperty("logins").GetInt32()));
        Assert.Equal((PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.InvalidPassword), (ended.SqlState, again.SqlState));
        await RunAsync(a, "SELECT payloadbinary FROM orleansstorage");
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AnExpiredOrForeignFile_IsRefusedBeforeAnythingStarts()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var join = (await InitAsync(_icon, database.ConnectionString, "a"))[0];
        using var authority = X509Certificate2.CreateFromPemFile(Beside(join, "authority.crt"), Beside(join, "authority.key"));
        using var expired = Issue(authority, DateTimeOffset.UtcNow.AddSeconds(-1));
        var file = JsonNode.Parse(File.ReadAllText(join))!;
        (file["certificate"], file["key"]) = (expired.ExportCertificatePem(), expired.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        var late = await _icon.RunAsync("silo", "--join", _icon.Write("late.join", file.ToJsonString()));
        var damaged = await _icon.RunAsync("silo", "--join", _icon.Write("damaged.join", File.ReadAllText(join)[..^100]));
        var both = await EndAsync(Prepare(_icon, "a", 1, "--join", join), database.ConnectionString);
        var open = Prepare(_icon, "a", 1);
        open.Environment["ICONDIFFUSION_CLUSTER__ADDRESS"] = "192.0.2.7";
        var unprotected = await EndAsync(open, database.ConnectionString);

        Assert.Equal((2, 2, 2, 2), (late.ExitCode, damaged.ExitCode, both.ExitCode, unprotected.ExitCode));
        Assert.Equal(["a.join", "authority.crt", "authority.key", "issued.txt"], Directory.GetFiles(Path.GetDirectoryName(join)!).Select(Path.GetFileName).Order());
        Assert.False(File.Exists(Path.Combine(_icon.Folder, "data", "token")));
    }

    [SkippableFact]
    public async Task Init_KeepsTheAuthority_AndAddsMachines()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync(empty: true);
        var first = await InitAsync(_icon, database.ConnectionString, "a");
        var authority = File.ReadAllText(Beside(first[0], "authority.key"));
        var second = await InitAsync(_icon, database.ConnectionString, "b", "192.0.2.7");

        Assert.Equal(["b.join", "192.0.2.7.join"], second.Select(Path.GetFileName));
        Assert.Equal(authority, File.ReadAllText(Beside(first[0], "authority.key")));
        AssertOwnersAlone(Beside(first[0], "authority.key"));
        Assert.Equal(2, (await _icon.RunAsync("cluster", "init", "--database", database.ConnectionString, "--machine", "../a")).ExitCode);
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ADatabaseThatEncrypts_IsBelievedByTheClustersAuthorityAlone()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync(empty: true);
        var verified = $"{database.ConnectionString};SSL Mode=VerifyFull";
        var early = await _icon.RunAsync("cluster", "init", "--database", verified, "--machine", "a");
        var files = Path.Combine(_icon.Folder, "data", "cluster", "postgres-127.0.0.1");
        await server.EncryptAsync(File.ReadAllBytes(files + ".crt"), File.ReadAllBytes(files + ".key"));
        using var elsewhere = new Icon();

        var join = (await InitAsync(_icon, verified, "a"))[0];
        var stranger = await elsewhere.RunAsync("cluster", "init", "--database", verified, "--machine", "a");
        using var silo = await SiloProcess.StartAsync(Prepare(_icon, "a", PostgresServer.FreePort(), "--join", join));
        var submitted = await _icon.RunAsync("submit", _icon.Write("tiny.json", TinyExperiment.Json(steps: 1)), "--watch");

        Assert.Equal((1, 1), (early.ExitCode, stranger.ExitCode));
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        var connections = await server.EncryptedAsync(database);
        Assert.NotEmpty(connections);
        Assert.All(connections, Assert.True);
    }

    private static async Task<string[]> InitAsync(Icon icon, string database, params string[] machines)
    {
        var made = await icon.RunAsync(["cluster", "init", "--database", database, "--json", .. machines.SelectMany(name => new[] { "--machine", name })]);
        Assert.True(made.ExitCode == 0, made.Error);
        return [.. made.Json.GetProperty("joinFiles").EnumerateArray().Select(file => file.GetString()!)];
    }

    private static NpgsqlConnection Connect(string join) => new($"{Content(join, "database")};Pooling=false");

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        if (connection.State == System.Data.ConnectionState.Closed)
            await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static ProcessStartInfo Prepare(Icon icon, string name, int port, params string[] arguments)
    {
        var start = icon.Prepare(["silo", "--url", "http://127.0.0.1:0", "--name", name, "--threads", "1", "--device", "cpu", "--json", .. arguments]);
        start.Environment["ICONDIFFUSION_CLUSTER__PORT"] = $"{port}";
        return start;
    }

    private static async Task<Icon.Outcome> EndAsync(ProcessStartInfo start, string? database = null)
    {
        if (database is not null)
            start.Environment["ICONDIFFUSION_CLUSTER__DATABASE"] = database;
        using var process = Process.Start(start)!;
        return await Icon.EndAsync(process);
    }

    private static void AssertOwnersAlone(string file)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static string Content(string join, string name) => JsonDocument.Parse(File.ReadAllText(join)).RootElement.GetProperty(name).GetString()!;

    private static string Beside(string file, string name) => Path.Combine(Path.GetDirectoryName(file)!, name);

    private static X509Certificate2 Issue(X509Certificate2 authority, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256)
            .Create(authority, authority.NotBefore.ToUniversalTime(), until, RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    // A silo begins with a preamble, once it believes whoever is there.
    private static async Task<bool> IsAnsweredAsync(int port, X509Certificate2 authority, X509Certificate2? certificate)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new()
            {
                TargetHost = "localhost",
                ClientCertificates = certificate is null ? [] : [certificate],
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck,
                },
            }, patience.Token);
            return await tls.ReadAsync(new byte[16], patience.Token) > 0;
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}
