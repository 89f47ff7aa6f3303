using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IconDiffusion.Silo.Cluster;
using Npgsql;

namespace IconDiffusion.Tests;

/// <summary>A PostgreSQL server of the tests' own, in a temporary folder on loopback; it ends with the process, however that ends.</summary>
internal sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);

    private PostgresServer(int port) => Port = port;

    public int Port { get; }

    /// <summary>The server of this process. Skips the test where PostgreSQL is not installed.</summary>
    public static Task<PostgresServer> GetAsync()
    {
        Skip.If(Programs() is null, "PostgreSQL is not installed: no initdb on PATH or in /usr/lib/postgresql (apt-get install postgresql).");
        return Shared.Value;
    }

    /// <summary>A fresh database, with the tables of a cluster unless it is to be empty.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync(bool empty = false)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await RunAsync($"CREATE DATABASE {name}");
        var database = new PostgresDatabase(this, name);
        if (!empty)
            await ClusterDatabase.InitializeAsync(database.ConnectionString, CancellationToken.None);
        return database;
    }

    /// <summary>A user who may not make tables; the server asks everybody but its superuser for a password.</summary>
    public const string Guest = "guest";

    public const string GuestPassword = "secret";

    public string ConnectionString(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}");

    public async Task RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Gives the server a certificate, by which it encrypts from then on where a client wants that.</summary>
    public async Task EncryptAsync(byte[] certificate, byte[] key)
    {
        foreach (var (name, content) in new[] { ("server.crt", certificate), ("server.key", key) })
            await RunAsync($"COPY (SELECT) TO PROGRAM 'umask 077; echo {Convert.ToBase64String(content)} | base64 -d >{name}'");
        await RunAsync("ALTER SYSTEM SET ssl = on");
        await RunAsync("SELECT pg_reload_conf()");
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        while (await ReadAsync(source, "SELECT setting = 'on' FROM pg_settings WHERE name = 'ssl'") is not [true])
            await Task.Delay(50);
    }

    /// <summary>Of each connection to a database, whether it is encrypted.</summary>
    public async Task<IReadOnlyList<bool>> EncryptedAsync(PostgresDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        return await ReadAsync(source, $"SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = '{database.Name}'");
    }

    private static async Task<IReadOnlyList<bool>> ReadAsync(NpgsqlDataSource source, string sql)
    {
        var rows = new List<bool>();
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(reader.GetBoolean(0));
        return rows;
    }

    // The shell waits for the end of its input, which is the end of this process, then stops the server and removes the folder.
    // PostgreSQL refuses to run as root.
    private static async Task<PostgresServer> StartAsync()
    {
        var port = FreePort();
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($$"""
            bin='{{Programs()}}'
            folder=$(mktemp -d)
            as=
            if [ "$(id -u)" = 0 ]; then as='setpriv --reuid=postgres --regid=postgres --clear-groups'; chown postgres "$folder"; fi
            cd "$folder"
            trap '' INT TERM HUP
            {
                $as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$folder/log" 2>&1 </dev/null &&
                sed -i '1i host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256' "$folder/data/pg_hba.conf" &&
                $as "$bin/postgres" -D "$folder/data" -p {{port}} -h 127.0.0.1 -k "$folder" -F >>"$folder/log" 2>&1 </dev/null
                tr '\n' ' ' <"$folder/log"
                echo
            } &
            server=$!
            cat >/dev/null
            [ ! -e "$folder/data/postmaster.pid" ] || kill -QUIT "$(head -n 1 "$folder/data/postmaster.pid")"
            wait $server
            cd /; rm -rf "$folder"
            """);
        using var shell = Process.Start(start)!;
        KeptOpen = shell.StandardInput;
        var log = shell.StandardOutput.ReadLineAsync();   // Once the server has ended.
        var server = new PostgresServer(port);
        for (var limit = DateTime.UtcNow + Patience.Limit; ;)
        {
            try
            {
                await server.RunAsync($"CREATE ROLE {Guest} LOGIN PASSWORD '{GuestPassword}'");
                return server;
            }
            catch (NpgsqlException failure) when (log.IsCompleted)
            {
                throw new InvalidOperationException($"PostgreSQL did not start: {await log}", failure);
            }
            catch (NpgsqlException) when (DateTime.UtcNow < limit)
            {
                await Task.Delay(100);
            }
        }
    }

    private static StreamWriter? KeptOpen { get; set; }

    private static string? Programs()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
            : [];
        return path.Concat(debian).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    /// <summary>A port of the loopback that nobody listens at.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A database that is dropped at the end.</summary>
internal sealed class PostgresDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    public string Name => name;

    public string ConnectionString => server.ConnectionString(name);

    public async ValueTask DisposeAsync() => await server.RunAsync($"DROP DATABASE {name} WITH (FORCE)");
}
