using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Tests.Hosting;

public sealed class TelemetryTests
{
    [Fact]
    public async Task WithACollector_MetricsAndTracesReachIt()
    {
        var received = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await CollectorAsync(received);
        await using (var silo = await TestSilo.StartAsync(options => options.Otlp = collector.Urls.Single()))
        {
            await silo.SubmitAsync();
            await silo.Work.OrderAsync();
            await silo.Client.GetAsync("/api/silo");
        }

        // What was not sent yet is sent when the silo stops.
        var metrics = string.Concat(received.Where(sent => sent.Path == "/v1/metrics").Select(sent => sent.Body));
        foreach (var name in (string[])["icondiffusion.cells", "icondiffusion.queue.length", "icondiffusion.devices", "icondiffusion.devices.busy", "icondiffusion.watchers", "http.server.request.duration", "orleans-grains"])
            Assert.Contains(name, metrics);
        var traces = string.Concat(received.Where(sent => sent.Path == "/v1/traces").Select(sent => sent.Body));
        foreach (var name in (string[])["/api/silo", "IExperimentGrain/SubmitAsync", "Microsoft.Orleans.Application"])
            Assert.Contains(name, traces);
    }

    // Names travel as plain text within the protocol's buffers.
    private static async Task<WebApplication> CollectorAsync(ConcurrentQueue<(string, string)> received)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        var app = builder.Build();
        app.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
        await app.StartAsync();
        return app;
    }
}
