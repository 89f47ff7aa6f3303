using IconDiffusion.Silo.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Benchmarks;

/// <summary>The product's runtime without the rest of a silo.</summary>
internal static class BenchmarkRuntime
{
    /// <summary>A host with Orleans embedded over a data folder.</summary>
    public static HostApplicationBuilder Create(string data)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "icon-benchmark" });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        SiloRuntime.Add(builder, new() { Data = data, LogLevel = LogLevel.Error });
        return builder;
    }
}
