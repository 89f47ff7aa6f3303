using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Demo;

namespace IconDiffusion.Silo.Tests.Demo;

/// <summary>The public page of a real run on a real server, and visitors from many addresses.</summary>
internal sealed class TestDemo : IAsyncDisposable
{
    /// <summary>So many steps that an icon takes a while.</summary>
    public const int Slow = 300;

    private readonly FreshIcons _icons;

    private TestDemo(TrainedFaces faces, FreshIcons icons, DemoHost host) =>
        // Who leaves closes the connection at once, as a browser does.
        (Faces, _icons, Host, Client) = (faces, icons, host, new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = host.Url, Timeout = TimeSpan.FromMinutes(2) });

    public TrainedFaces Faces { get; }

    public DemoHost Host { get; }

    /// <summary>Comes from this machine's own address.</summary>
    public HttpClient Client { get; }

    public ShownTally Tally => _icons.Tally;

    /// <param name="before">What is done with the run before.</param>
    public static async Task<TestDemo> StartAsync(int? steps = null, Action<TrainedFaces>? before = null, Func<DemoOptions, DemoOptions>? options = null, bool consent = true, bool tags = false)
    {
        var faces = new TrainedFaces(consent ? TrainedFaces.Terms : null, tags);
        before?.Invoke(faces);
        var icons = FreshIcons.Open(faces.Run, faces.Data, TrainedFaces.Device, steps, withoutConsent: !consent);
        var usual = new DemoOptions { Url = "http://127.0.0.1:0", LookEvery = TimeSpan.FromMilliseconds(200) };
        return new(faces, icons, await DemoHost.StartAsync(options?.Invoke(usual) ?? usual, icons, CancellationToken.None));
    }

    /// <summary>Somebody asks for an icon; who asks from outside comes by way of a proxy on this machine.</summary>
    /// <param name="tags">What the icon is asked to show.</param>
    public Task<HttpResponseMessage> AskAsync(string address, CancellationToken cancellationToken = default, params string[] tags) => Client.SendAsync(
        new(HttpMethod.Post, $"/icons?{string.Join('&', tags.Select(tag => $"tag={Uri.EscapeDataString(tag)}"))}") { Headers = { { "X-Forwarded-For", address } } }, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>What is told, event by event.</summary>
    public static async IAsyncEnumerable<JsonNode> NewsAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {(answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync())}");
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            var news = JsonNode.Parse(item.Data)!;
            Assert.Equal(item.EventType, (string)news["kind"]!);
            yield return news;
        }
    }

    /// <summary>What is told last.</summary>
    /// <param name="onDrawing">Called once the icon is being drawn.</param>
    public static async Task<JsonNode> LastAsync(HttpResponseMessage answer, Action? onDrawing = null)
    {
        JsonNode? last = null;
        await foreach (var news in NewsAsync(answer))
        {
            last = news;
            if ((string)news["kind"]! == "drawing")
                onDrawing?.Invoke();
        }
        return last!;
    }

    /// <summary>Somebody asks for an icon, and it is being drawn when this returns.</summary>
    public async Task<Visit> BeginAsync(string address)
    {
        var answer = await AskAsync(address);
        var drawing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = LastAsync(answer, () => drawing.TrySetResult());
        await Task.WhenAny(drawing.Task, last);
        return new(last);
    }

    /// <summary>A whole visit.</summary>
    public async Task<JsonNode> VisitAsync(string address) => await LastAsync(await AskAsync(address));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        _icons.Dispose();
        Faces.Dispose();
    }

    /// <summary>A visit that goes on.</summary>
    /// <param name="Last">What is told last.</param>
    public sealed record Visit(Task<JsonNode> Last);
}
