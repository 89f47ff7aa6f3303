using System.Globalization;
using IconDiffusion.Silo;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.TestingHost;

namespace IconDiffusion.Grains.Tests;

/// <summary>
/// The runtime under test: Orleans' TestingHost, states and reminders in PostgreSQL. Silos watch each other, and age grains, by the real clock.
/// </summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private static readonly string Database = Environment.GetEnvironmentVariable("ICON_TEST_POSTGRES") ?? throw new InvalidOperationException(
        "ICON_TEST_POSTGRES is not set; wanted the connection string of a PostgreSQL database with Orleans' tables (deploy/README.md).");
    private readonly InProcessTestCluster _cluster;

    private GrainHost(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainFactory Grains => _cluster.Client;

    /// <param name="disk">Its name keeps the states of its hosts together, and apart from others'.</param>
    /// <param name="shuffled">Makes no difference: the order of calls is Orleans' own.</param>
    /// <param name="configure">Adds what the grains need.</param>
    /// <param name="silos">Names.</param>
    /// <param name="silo">The silo of a name.</param>
    public static GrainHost Create(Disk disk, bool shuffled, Action<IHostApplicationBuilder> configure, string[] silos, Func<string?, TestSilo> silo)
    {
        var builder = new InProcessTestClusterBuilder((short)silos.Length);
        builder.Options.ServiceId = Path.GetFileName(Path.GetDirectoryName(disk.Database)!);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host =>
        {
            configure(host);
            foreach (var name in new[] { TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.GrainDirectory, TimeProviderNames.ActivationManagement })
                host.Services.AddKeyedSingleton(name, TimeProvider.System);
            host.Services.AddSerializer(serializer => serializer.AddJsonSerializer(
                type => type.Assembly == typeof(SpecJson).Assembly || type.Assembly == typeof(IWorkService).Assembly, SpecJson.Travel));
        });
        builder.ConfigureSiloHost((own, host) =>
        {
            own.SiloName = silos[int.Parse(own.SiloName.Split('_')[^1], CultureInfo.InvariantCulture)];   // Silo_0 and so on
            host.Services.AddSingleton<INodeInfo>(silo(own.SiloName));
            host.Services.AddSingleton<IWorkService>(silo(own.SiloName));
        });
        builder.ConfigureSilo((_, own) =>
        {
            own.UseSiloMetadata(new Dictionary<string, string>());   // Tests declare devices later, so a key's class tells nothing.
            own.AddPlacementDirector<WorkPlacement, WorkPlacementDirector>();
            own.Configure<SiloMessagingOptions>(messages => messages.MaxForwardCount = 10);
            own.AddAdoNetGrainStorageAsDefault(storage =>
            {
                (storage.Invariant, storage.ConnectionString) = ("Npgsql", Database);
                storage.GrainStorageSerializer = new JsonGrainStorageSerializer(SpecJson.Compact);
            });
            own.UseAdoNetReminderService(reminders => (reminders.Invariant, reminders.ConnectionString) = ("Npgsql", Database));
        });
        return new(builder.Build());
    }

    public Task StartAsync() => _cluster.DeployAsync();

    /// <summary>Ends without a word.</summary>
    public void Kill()
    {
        foreach (var silo in _cluster.Silos)
            _cluster.KillSiloAsync(silo).GetAwaiter().GetResult();
        _cluster.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
