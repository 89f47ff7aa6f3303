using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class EventStreamTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = new(Patience.Limit);
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(options => options.MaxWatchers = 3);

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public async Task AConsole_FindsItsExperimentAgain_AtTheSiloThatAnswers()
    {
        using var folder = new TemporaryFolder();
        var silo = await TestSilo.StartInAsync(folder.Path);
        var id = await silo.SubmitAsync();
        var (token, urls) = (silo.Host.Token, new List<Uri> { new("http://127.0.0.1:1"), silo.Host.Url });   // Nobody listens at the first.
        using var console = new SiloClient(() => [.. urls.Select(url => new SiloEndpoint(url, token, null, ""))]);
        var told = new List<string?>();

        await using var states = console.FollowAsync(id, told.Add, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(silo.Host.Url, console.Url);
        await silo.DisposeAsync();
        await using var other = await TestSilo.StartInAsync(folder.Path);
        urls[1] = other.Host.Url;
        await other.Client.PostAsync($"/api/experiments/{id}/cancel", null);
        while (states.Current.State != ExperimentState.Cancelled)
            Assert.True(await states.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));

        Assert.Equal(other.Host.Url, console.Url);
        Assert.NotEmpty(told);
        Assert.All(told.Chunk(2), pair => Assert.True(pair is [not null, null]));
    }

    [Fact]
    public async Task AWatcher_IsToldTheStateAtOnceAndEveryChangeUntilTheEnd()
    {
        var id = await _silo.SubmitAsync();
        var states = new List<ExperimentState>();

        await foreach (var status in WatchAsync(id))
        {
            if (states.LastOrDefault((ExperimentState)(-1)) != status.State)
                states.Add(status.State);
            if (status.State == ExperimentState.Running)
                await _silo.Client.PostAsync($"/api/experiments/{id}/pause", null);
            else if (status.State == ExperimentState.Paused)
                await _silo.Client.PostAsync($"/api/experiments/{id}/cancel", null);
        }

        Assert.Equal([ExperimentState.Running, ExperimentState.Paused, ExperimentState.Cancelled], states);
    }

    [Fact]
    public async Task WatchingACancelledExperiment_EndsAtOnce_AndGoesOnAfterItIsSubmittedAgain()
    {
        var id = await _silo.SubmitAsync();
        await _silo.Client.PostAsync($"/api/experiments/{id}/cancel", null);
        Assert.Equal(ExperimentState.Cancelled, (await WatchAsync(id).SingleAsync()).State);

        await _silo.SubmitAsync();

        Assert.Equal(ExperimentState.Running, (await WatchAsync(id).FirstAsync()).State);
    }

    [Fact]
    public async Task OneWatcherTooMany_IsAskedToComeLater()
    {
        var id = await _silo.SubmitAsync();
        var first = new List<HttpResponseMessage>();
        for (var i = 0; i < 3; i++)
            first.Add(await _silo.Client.GetAsync($"/api/experiments/{id}/events", HttpCompletionOption.ResponseHeadersRead));

        using var answer = await _silo.Client.GetAsync($"/api/experiments/{id}/events", HttpCompletionOption.ResponseHeadersRead);

        Assert.Contains("3 watchers are the most", await Problem.SentenceAsync(HttpStatusCode.TooManyRequests, answer));
        Assert.NotNull(answer.Headers.RetryAfter);
        first.ForEach(watcher => watcher.Dispose());
        await NobodyWatchesAsync(_silo.Host.Services.GetRequiredService<EventStreams>());
        Assert.Equal(id, (await WatchAsync(id).FirstAsync()).Id);
    }

    [Fact]
    public async Task AStoppingSilo_EndsItsStreams()
    {
        var id = await _silo.SubmitAsync();
        using var answer = await _silo.Client.GetAsync($"/api/experiments/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        var all = answer.Content.ReadAsStringAsync();

        await _silo.Host.StopAsync().WaitAsync(Patience.Limit);

        Assert.StartsWith("event: status\ndata: {", await all.WaitAsync(Patience.Limit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWatcherThatStopsReading_IsDroppedAndHoldsUpNobody()
    {
        var time = new FakeTimeProvider();
        await using var app = await FloodAsync(time);
        var url = new Uri(app.Urls.Single());
        using var idle = new TcpClient { ReceiveBufferSize = 4096 };
        await idle.ConnectAsync(url.Host, url.Port);
        await idle.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /flood HTTP/1.1\r\nHost: silo\r\n\r\n"));
        var streams = app.Services.GetRequiredService<EventStreams>();
        while (streams.Watchers == 0)
            await Task.Yield();

        // Another one is served while the first one's connection is full.
        using var client = new HttpClient { BaseAddress = url };
        await using (var stream = await client.GetStreamAsync("/flood"))
            await stream.ReadExactlyAsync(new byte[Flood.Bytes * 4], _patience.Token);

        await TestSilo.UntilAsync(_ =>
        {
            time.Advance(new SiloOptions().WatcherTimeout);
            return Task.FromResult(streams.Watchers == 0);
        });
    }

    [Fact]
    public async Task TheLog_IsFollowedToTheEndOfTheRun()
    {
        var id = await _silo.SubmitAsync();
        var order = await _silo.Work.OrderAsync();
        var folder = Directory.CreateDirectory(Path.Combine(_silo.Data, "runs", ((RunWork)order.Spec).RunId)).FullName;
        var log = Path.Combine(folder, "loss.jsonl");
        File.WriteAllText(log, Line(1) + Line(2));
        File.WriteAllText(Path.Combine(folder, "events.jsonl"), JsonSerializer.Serialize(new RunEvent
        {
            At = DateTimeOffset.UnixEpoch, Silo = "test", Work = order.Work.Key, Attempt = 1, Kind = RunEventKind.Warning, Message = "The disk is full.",
        }, SpecJson.Compact) + "\n");
        var steps = new List<long>();
        var events = new List<string>();

        await foreach (var item in ItemsAsync($"/api/runs/{((RunWork)order.Spec).RunId}/log/events?after=1"))
        {
            if (item.EventType == "events")
            {
                events.AddRange(JsonSerializer.Deserialize<RunEvent[]>(item.Data, SpecJson.Compact)!.Select(each => each.Message));
                continue;
            }
            steps.AddRange(JsonSerializer.Deserialize<LossPoint[]>(item.Data, SpecJson.Compact)!.Select(point => point.Step));
            if (steps[^1] == 2)
                File.AppendAllText(log, Line(3));
            else if (steps[^1] == 3)
                await _silo.Client.PostAsync($"/api/experiments/{id}/cancel", null);
        }

        Assert.Equal([2, 3], steps);
        Assert.Equal(["The disk is full."], events);
        var tail = await TestSilo.ReadAsync<RunLog>(await _silo.Client.GetAsync($"/api/runs/{((RunWork)order.Spec).RunId}/log?last=2"));
        Assert.Equal([2, 3], tail.Losses.Select(point => point.Step));
        Assert.Equal((1, false), (tail.Events.Count, tail.More));
        var head = await TestSilo.ReadAsync<RunLog>(await _silo.Client.GetAsync($"/api/runs/{((RunWork)order.Spec).RunId}/log?limit=1"));
        Assert.Equal((1, true), (Assert.Single(head.Losses).Step, head.More));
    }

    private static string Line(long step) => JsonSerializer.Serialize(new LossPoint(step, 0.5, 1, 2, 3), SpecJson.Compact) + "\n";

    private async IAsyncEnumerable<ExperimentStatus> WatchAsync(string id)
    {
        await foreach (var item in ItemsAsync($"/api/experiments/{id}/events"))
        {
            Assert.Equal("status", item.EventType);
            yield return JsonSerializer.Deserialize<ExperimentStatus>(item.Data, SpecJson.Compact)!;
        }
    }

    private async IAsyncEnumerable<SseItem<string>> ItemsAsync(string path)
    {
        using var answer = await _silo.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, _patience.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync(_patience.Token))
            yield return item;
    }

    private async Task NobodyWatchesAsync(EventStreams streams)
    {
        while (streams.Watchers > 0)
        {
            _patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<WebApplication> FloodAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddSingleton(time).AddSingleton(new SiloOptions()).AddSingleton<EventStreams>();
        var app = builder.Build();
        app.MapGet("/flood", (Microsoft.AspNetCore.Http.HttpContext context, EventStreams streams) => streams.ServeAsync(context, _ => Task.FromResult<IEventSource>(new Flood())));
        await app.StartAsync();
        return app;
    }

    private sealed class Flood : IEventSource
    {
        public const int Bytes = 1 << 20;
        private readonly EventFrame _frame = new(new byte[Bytes], IsLast: false);

        public Task<EventFrame?> NextAsync(TimeSpan patience, CancellationToken cancellationToken) => Task.FromResult<EventFrame?>(_frame);

        public void Dispose()
        {
        }
    }
}
