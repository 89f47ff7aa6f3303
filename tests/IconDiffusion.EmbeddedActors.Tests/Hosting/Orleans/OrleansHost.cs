using IconDiffusion.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>
/// A cluster of Orleans' TestingHost, called from a client outside of it, with states and reminders in PostgreSQL. The clock
/// of grains, calls and reminders stands until it is moved; the silos watch each other by the real one.
/// </summary>
internal sealed class OrleansHost : IActorHost
{
    private static readonly string Database = Environment.GetEnvironmentVariable("ICON_TEST_POSTGRES") ?? throw new InvalidOperationException(
        "ICON_TEST_POSTGRES is not set; wanted the connection string of a PostgreSQL database with Orleans' tables (deploy/README.md).");
    private readonly LogKeeper _log = new();
    private readonly FakeTimeProvider _time = new(new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _service = Guid.NewGuid().ToString("N");
    private readonly short _silos;
    private InProcessTestCluster? _cluster;

    private OrleansHost(short silos) => _silos = silos;

    public IGrainFactory Grains => _cluster!.Client;
    public Signals Signals { get; } = new();
    public bool AgesByItsClock => false;   // Orleans uses the machine's stopwatch for it.
    public IReadOnlyCollection<string> Log => _log.Lines;

    public static async Task<OrleansHost> StartAsync(short silos)
    {
        var host = new OrleansHost(silos);
        await host.StartAsync();
        return host;
    }

    public void Advance(TimeSpan time) => _time.Advance(time);

    public async Task RestartAsync()
    {
        await DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is null)
            return;
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        _cluster = null;
    }

    private async Task StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(_silos);
        builder.Options.ServiceId = _service;   // States and reminders belong to it.
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => AddServices(host));
        builder.ConfigureSilo((_, silo) =>
        {
            foreach (var name in new[] { "Default", "default" })   // Orleans' own name, and the one that grains may give.
            {
                silo.AddAdoNetGrainStorage(name, options =>
                {
                    options.Invariant = "Npgsql";
                    options.ConnectionString = Database;
                    options.GrainStorageSerializer = new JsonGrainStorageSerializer(new());
                });
            }
            silo.AddPlacementDirector<NearbyPlacement, AnySilo>();
            silo.UseAdoNetReminderService(options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = Database;
            });
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private void AddServices(IHostApplicationBuilder host)
    {
        host.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Information);
        host.Services.AddSingleton(Signals);
        host.Services.AddSingleton<TimeProvider>(_time);
        foreach (var name in new[] { TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.GrainDirectory })
            host.Services.AddKeyedSingleton(name, TimeProvider.System);
    }

    private sealed class AnySilo : IPlacementDirector
    {
        public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
            Task.FromResult(context.GetCompatibleSilos(target)[0]);
    }
}
