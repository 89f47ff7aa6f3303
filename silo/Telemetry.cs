using IconDiffusion.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace IconDiffusion.Silo;

/// <summary>Sends metrics and traces to an OTLP/HTTP collector where one is configured.</summary>
internal static class Telemetry
{
    public static void Add(IServiceCollection services, SiloOptions options)
    {
        if (options.Otlp is not null)
            Add(services, options.Name, new Uri(options.Otlp.TrimEnd('/') + '/'));
    }

    // Apart, so that a silo without a collector loads none of these libraries.
    private static void Add(IServiceCollection services, string silo, Uri collector)
    {
        services.AddSingleton<ClusterMetrics>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterMetrics>());
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("icondiffusion", serviceInstanceId: silo))
            .WithMetrics(metrics => metrics
                .AddMeter(ClusterMetrics.MeterName, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddOtlpExporter(otlp => Configure(otlp, new(collector, "v1/metrics"))))
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation()
                .AddSource("Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage")
                .AddOtlpExporter(otlp => Configure(otlp, new(collector, "v1/traces"))));
    }

    private static void Configure(OtlpExporterOptions otlp, Uri endpoint) =>
        (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, endpoint);
}
