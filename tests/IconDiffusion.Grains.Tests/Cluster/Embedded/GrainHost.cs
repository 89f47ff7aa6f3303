using IconDiffusion.EmbeddedActors;
using IconDiffusion.Specs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Tests;

/// <summary>
/// The runtime under test: the embedded one. Several silos are played by one process: a grain lives on the silo that the
/// request that woke it asked for, as the placement of a cluster decides it.
/// </summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private readonly IHost _host;

    private GrainHost(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    /// <param name="disk">What an earlier host may have left behind.</param>
    /// <param name="shuffled">Mixes the order of calls.</param>
    /// <param name="configure">Adds what the grains need.</param>
    /// <param name="silos">Names; the first takes what has no place of its own.</param>
    /// <param name="silo">The silo of a name.</param>
    public static GrainHost Create(Disk disk, bool shuffled, Action<IHostApplicationBuilder> configure, string[] silos, Func<string?, TestSilo> silo)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder);
        builder.Services.AddScoped(_ => new Placement(silo(RequestContext.Get(PlacementHint.Silo) as string ?? silos[0])));
        builder.Services.AddScoped<INodeInfo>(services => services.GetRequiredService<Placement>().Silo);
        builder.Services.AddScoped<IWorkService>(services => services.GetRequiredService<Placement>().Silo);
        builder.Services.AddEmbeddedActors(options =>
        {
            options.DatabasePath = disk.Database;
            options.TravelsAsJson = type => type.Assembly == typeof(SpecJson).Assembly;
            options.TravelJson = SpecJson.Travel;
            options.StateJson = SpecJson.Compact;
            options.Assemblies.Add(typeof(IExperimentGrain).Assembly);
            options.Assemblies.Add(typeof(IWorkService).Assembly);
            options.ShuffleSeed = shuffled ? 3407 : null;
        });
        return new(builder.Build());
    }

    public Task StartAsync() => _host.StartAsync();

    /// <summary>Ends without a word.</summary>
    public void Kill() => _host.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed record Placement(TestSilo Silo);
}
