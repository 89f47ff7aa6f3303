using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace IconDiffusion.Browser.Tests;

/// <summary>
/// Debian's chromium without a window, driven over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/),
/// which says more of a page than a WebDriver does: every request, every error, both colour schemes.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly string _profile = Directory.CreateTempSubdirectory("icon-browser-").FullName;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _answers = new();
    private readonly ConcurrentDictionary<string, Channel<JsonNode>> _sessions = new();
    private readonly SemaphoreSlim _sending = new(1);
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private Task _drained = Task.CompletedTask;
    private int _last;

    /// <summary>Where it is; null: this machine has none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Program is null) return;
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={_profile}", "about:blank",
            },
        };
        _process = Process.Start(start)!;
        const string sign = "DevTools listening on ";
        string? line;
        do line = await _process.StandardError.ReadLineAsync().WaitAsync(Patience);
        while (line?.StartsWith(sign, StringComparison.Ordinal) == false);
        if (line is null) throw new InvalidOperationException($"'{Program}' ended with {_process.ExitCode} before it listened.");
        _drained = _process.StandardError.ReadToEndAsync();  // a full pipe would stop it
        await _socket.ConnectAsync(new(line[sign.Length..]), CancellationToken.None).WaitAsync(Patience);
        _reading = ReadAsync();
    }

    /// <summary>A page that shows a file.</summary>
    /// <param name="width">CSS pixels.</param>
    /// <param name="scheme"><c>light</c> or <c>dark</c>.</param>
    internal async Task<Page> OpenAsync(string path, int width = 1280, string scheme = "light")
    {
        var target = await SendAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        var attached = await SendAsync("Target.attachToTarget", new() { ["targetId"] = (string)target!["targetId"]!, ["flatten"] = true });
        var session = (string)attached!["sessionId"]!;
        var page = new Page(this, session, _sessions.GetOrAdd(session, _ => Channel.CreateUnbounded<JsonNode>()).Reader);
        await page.LoadAsync(path, width, scheme);
        return page;
    }

    internal async Task<JsonNode?> SendAsync(string method, JsonObject parameters, string? session = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _answers[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null) message["sessionId"] = session;
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
        return await answer.Task.WaitAsync(Patience);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            await _drained;
            await _reading.ContinueWith(_ => { }, TaskScheduler.Default);  // it ends with the connection
            _process.Dispose();
        }
        _socket.Dispose();
        _sending.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            var node = JsonNode.Parse(message.ToArray())!;
            message.SetLength(0);
            if ((int?)node["id"] is not { } id)
                _sessions.GetOrAdd((string?)node["sessionId"] ?? "", _ => Channel.CreateUnbounded<JsonNode>()).Writer.TryWrite(node);
            else if (_answers.TryRemove(id, out var answer))
            {
                if (node["error"] is { } error) answer.SetException(new InvalidOperationException(error.ToJsonString()));
                else answer.SetResult(node["result"]);
            }
        }
    }
}
