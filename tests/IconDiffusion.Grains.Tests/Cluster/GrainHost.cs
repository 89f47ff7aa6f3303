using System.Globalization;
using IconDiffusion.Silo.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>
/// The runtime under test: Orleans' test cluster with the product's storage, placement and serialization, one silo of Orleans for
/// each silo of the test. Silos watch each other, and age grains, by the real clock.
/// </summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly List<string> _names;

    private GrainHost(InProcessTestCluster cluster, List<string> names) => (_cluster, _names) = (cluster, names);

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Of one silo.</summary>
    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public IGrainStorage Storage => Services.GetRequiredService<IGrainStorage>();

    /// <param name="disk">What an earlier host may have left behind.</param>
    /// <param name="shuffle">Mixes the order of calls; null: they go as they come.</param>
    /// <param name="configure">Adds what the grains need.</param>
    /// <param name="silos">Names.</param>
    /// <param name="silo">The silo of a name.</param>
    public static GrainHost Create(Disk disk, Shuffle? shuffle, Action<IHostApplicationBuilder> configure, string[] silos, Func<string?, TestSilo> silo)
    {
        var builder = new InProcessTestClusterBuilder((short)silos.Length);
        builder.Options.ServiceId = disk.Name;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host =>
        {
            configure(host);
            foreach (var name in new[] { TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.GrainDirectory, TimeProviderNames.ActivationManagement })
                host.Services.AddKeyedSingleton(name, TimeProvider.System);
            SiloRuntime.AddSerialization(host.Services);
        });
        List<string> names = [.. silos];
        builder.ConfigureSiloHost((own, host) =>
        {
            own.SiloName = names[int.Parse(own.SiloName.Split('_')[^1], CultureInfo.InvariantCulture)];   // Silo_0 and so on
            host.Services.AddSingleton<INodeInfo>(silo(own.SiloName));
            host.Services.AddSingleton<IWorkService>(silo(own.SiloName));
        });
        if (shuffle is not null)
        {
            builder.ConfigureClient(client => client.AddOutgoingGrainCallFilter(shuffle));
            builder.ConfigureSilo((_, own) => own.AddOutgoingGrainCallFilter(shuffle));
        }
        builder.ConfigureSilo((options, own) =>
        {
            SiloRuntime.AddGrains(own);
            own.AddOutgoingGrainCallFilter(silo(options.SiloName).Wire).AddIncomingGrainCallFilter(silo(options.SiloName).Wire);
            own.Configure<ClusterMembershipOptions>(SiloRuntime.WatchClosely);
            if (disk.Postgres is { } database)
            {
                own.Services.AddSingleton(_ => ClusterDatabase.Connections(database.ConnectionString, authority: null));
                SiloRuntime.AddStorage(own);
            }
            else
                EmbeddedSilo.AddStorage(own, disk.Database);
        });
        return new(builder.Build(), names);
    }

    public Task StartAsync() => _cluster.DeployAsync();

    /// <summary>The silo on which a grain lives.</summary>
    public async Task<string> HomeAsync(IAddressable grain)
    {
        var address = await Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        return NameOf(_cluster.GetSiloForAddress(address!)!);
    }

    /// <summary>One silo ends without a word.</summary>
    public Task KillAsync(string silo) => _cluster.KillSiloAsync(_cluster.Silos.Single(handle => NameOf(handle) == silo));

    /// <summary>A silo that was killed comes back.</summary>
    public Task RestartAsync(string silo)
    {
        _names.Add(silo);   // Orleans numbers its silos on.
        return _cluster.StartAdditionalSiloAsync();
    }

    /// <summary>Ends without a word.</summary>
    public async Task KillAsync()
    {
        foreach (var silo in _cluster.Silos.ToArray())
            await _cluster.KillSiloAsync(silo);
        await _cluster.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private static string NameOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<INodeInfo>().Silo;
}
