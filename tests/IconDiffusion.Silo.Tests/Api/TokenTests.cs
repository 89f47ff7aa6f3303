using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>What tokens of each role may do, over HTTP.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Folder = "/api/folders/0000000000000000000000000000000000000000000000000000000000000000";

    private readonly LogKeeper _log = new();
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(options => options.LogLevel = LogLevel.Trace, services => services.AddSingleton<ILoggerProvider>(_log));

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    private string Book => Path.Combine(_silo.Data, "tokens.json");

    [Fact]
    public async Task EachRole_MayWhatThoseBeforeItMay_AndIsToldWhichOneIsWanted()
    {
        (string Method, string Path, TokenRole Wanted)[] requests =
        [
            ("GET", "/api/silo", TokenRole.Watch),
            ("GET", "/api/role", TokenRole.Watch),
            ("PUT", "/api/experiments/tiny-00000000/priority", TokenRole.Work),
            ("GET", "/api/experiments", TokenRole.Watch),
            ("HEAD", "/api/runs/0123456789ab/files/spec.json", TokenRole.Watch),
            ("GET", "/orleans/DashboardCounters", TokenRole.Watch),
            ("GET", Folder, TokenRole.Watch),
            ("PUT", Folder, TokenRole.Work),
            ("POST", "/api/experiments", TokenRole.Work),
            ("POST", "/api/experiments/tiny-00000000/cancel", TokenRole.Work),
            ("POST", "/api/experiments/tiny-00000000/retry", TokenRole.Work),
            ("POST", "/api/experiments/tiny-00000000/report", TokenRole.Work),
            ("GET", "/api/runs/0123456789ab/drawings", TokenRole.Watch),
            ("POST", "/api/runs/0123456789ab/drawings", TokenRole.Work),
            ("GET", "/api/runs/0123456789ab/publication", TokenRole.Watch),
            ("POST", "/api/runs/0123456789ab/publication", TokenRole.Own),
            ("GET", "/api/consents", TokenRole.Watch),
            ("POST", "/api/consents/0123456789ab/revoke", TokenRole.Own),
            ("GET", "/api/tokens", TokenRole.Own),
            ("POST", "/api/tokens", TokenRole.Own),
            ("DELETE", "/api/tokens/watch", TokenRole.Own),
        ];
        foreach (var role in Enum.GetValues<TokenRole>())
        {
            using var client = Client((await AddAsync($"{role}", role)).Token);
            Assert.Equal(new OwnRole(role), await TestSilo.ReadAsync<OwnRole>(await client.GetAsync("/api/role")));
            foreach (var (method, path, wanted) in requests)
            {
                using var answer = await client.SendAsync(new(new(method), path));
                if (role >= wanted)
                    Assert.True(answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden), $"{role}: {method} {path} is answered {answer.StatusCode}.");
                else
                    Assert.Equal(wanted.ToString().ToLowerInvariant(), (string)(await Problem.ReadAsync(HttpStatusCode.Forbidden, answer))["wanted"]!);
            }
        }
    }

    [Fact]
    public async Task AWorker_SubmitsAndCommands_AndAWatcherSeesIt()
    {
        using var worker = Client((await AddAsync("worker", TokenRole.Work)).Token);
        using var watcher = Client((await AddAsync("watcher", TokenRole.Watch)).Token);
        var submission = TestSilo.Json(new Submission { Experiment = TestSilo.Tiny(), Fingerprints = [_silo.AddDataset()] });

        var submitted = await TestSilo.ReadAsync<ExperimentStatus>(await worker.PostAsync("/api/experiments", submission));
        var paused = await TestSilo.ReadAsync<ExperimentStatus>(await worker.PostAsync($"/api/experiments/{submitted.Id}/pause", null));

        Assert.Equal(ExperimentState.Paused, paused.State);
        Assert.Equal(ExperimentState.Paused, (await TestSilo.ReadAsync<ExperimentStatus>(await watcher.GetAsync($"/api/experiments/{submitted.Id}"))).State);
        await Problem.ReadAsync(HttpStatusCode.Forbidden, await watcher.PostAsync($"/api/experiments/{submitted.Id}/resume", null));
    }

    [Fact]
    public async Task ARevokedToken_IsAStrangers_AndWhatItWatchesEnds()
    {
        var id = await _silo.SubmitAsync();
        using var client = Client((await AddAsync("guest", TokenRole.Watch)).Token);
        using var other = Client((await AddAsync("other", TokenRole.Watch)).Token);
        using var stream = await client.GetAsync($"/api/experiments/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.NotNull(await events.ReadLineAsync());

        var revoked = await TestSilo.ReadAsync<ApiToken>(await _silo.Client.DeleteAsync("/api/tokens/guest"));
        await _silo.Client.PostAsync($"/api/experiments/{id}/pause", null);

        Assert.Equal(("guest", TokenRole.Watch), (revoked.Name, revoked.Role));
        await events.ReadToEndAsync().WaitAsync(Patience.Limit);
        await Problem.ReadAsync(HttpStatusCode.Unauthorized, await client.GetAsync("/api/silo"));
        Assert.True((await other.GetAsync("/api/silo")).IsSuccessStatusCode);
        Assert.Equal(["other"], (await ListAsync()).Select(token => token.Name));
    }

    [Fact]
    public async Task ATokenIsKeptNowhere_AndNeverLogged()
    {
        var issued = await AddAsync("guest", TokenRole.Watch);
        using var client = Client(issued.Token);
        await client.GetAsync("/api/experiments");
        await client.PostAsync("/api/experiments", null);

        Assert.Equal(43, issued.Token.Length);   // 32 bytes in base64url
        Assert.NotEqual(issued.Token, (await AddAsync("other", TokenRole.Watch)).Token);
        Assert.All(Directory.EnumerateFiles(_silo.Data, "*.json"), file => Assert.DoesNotContain(issued.Token, File.ReadAllText(file)));
        Assert.NotEmpty(_log.Lines);
        Assert.All(_log.Lines, line => Assert.DoesNotContain(issued.Token, line));
        Assert.All(_log.Lines, line => Assert.DoesNotContain(_silo.Host.Token, line));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Book));
    }

    [Fact]
    public async Task AnotherSiloOnTheFolder_KnowsTheTokens()
    {
        using var data = new TemporaryFolder();
        string token;
        await using (var first = await TestSilo.StartInAsync(data.Path))
            token = (await AddAsync("guest", TokenRole.Work, first)).Token;
        await using var second = await TestSilo.StartInAsync(data.Path);

        using var client = Client(token, second);

        await Problem.ReadAsync(HttpStatusCode.NotFound, await client.PostAsync("/api/experiments/tiny-00000000/cancel", null));
    }

    [Fact]
    public async Task WhatCannotBeMadeOrRevoked_IsSaid()
    {
        await AddAsync("guest", TokenRole.Watch);

        await Problem.ReadAsync(HttpStatusCode.Conflict, await PostAsync("""{ "name": "guest", "role": "own" }"""));
        await Problem.ReadAsync(HttpStatusCode.UnprocessableEntity, await PostAsync("""{ "name": "a guest", "role": "own" }"""));
        await Problem.ReadAsync(HttpStatusCode.BadRequest, await PostAsync("""{ "name": "other" }"""));
        await Problem.ReadAsync(HttpStatusCode.BadRequest, await PostAsync("""{ "name": "other", "role": "king" }"""));
        await Problem.ReadAsync(HttpStatusCode.NotFound, await _silo.Client.DeleteAsync("/api/tokens/nobody"));
        Assert.Equal([("guest", TokenRole.Watch)], (await ListAsync()).Select(token => (token.Name, token.Role)));

        async Task<HttpResponseMessage> PostAsync(string json) => await _silo.Client.PostAsync("/api/tokens", new StringContent(json, Encoding.UTF8, "application/json"));
    }

    [Fact]
    public async Task ADamagedBook_LocksNobodyOutButStrangers_AndIsNotWrittenOver()
    {
        using var client = Client((await AddAsync("guest", TokenRole.Watch)).Token);
        File.WriteAllText(Book, "[{");

        await Problem.ReadAsync(HttpStatusCode.Unauthorized, await client.GetAsync("/api/silo"));
        Assert.True((await _silo.Client.GetAsync("/api/silo")).IsSuccessStatusCode);
        await Problem.ReadAsync(HttpStatusCode.ServiceUnavailable, await _silo.Client.PostAsync("/api/tokens", TestSilo.Json(new TokenOrder { Name = "other", Role = TokenRole.Watch })));
        Assert.Equal("[{", File.ReadAllText(Book));
    }

    private async Task<List<ApiToken>> ListAsync() => await TestSilo.ReadAsync<List<ApiToken>>(await _silo.Client.GetAsync("/api/tokens"));

    private async Task<IssuedToken> AddAsync(string name, TokenRole role, TestSilo? silo = null) => await TestSilo.ReadAsync<IssuedToken>(
        await (silo ?? _silo).Client.PostAsync("/api/tokens", TestSilo.Json(new TokenOrder { Name = name, Role = role })));

    private HttpClient Client(string token, TestSilo? silo = null) => new()
    {
        BaseAddress = (silo ?? _silo).Host.Url,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    /// <summary>Keeps everything that the silo logs.</summary>
    private sealed class LogKeeper : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
