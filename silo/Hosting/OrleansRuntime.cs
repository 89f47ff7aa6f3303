using System.Diagnostics;
using IconDiffusion.Grains;
using IconDiffusion.Specs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;

namespace IconDiffusion.Silo.Hosting;

/// <summary>
/// The actor runtime of a build with <c>ActorRuntime=Orleans</c>: grains on all silos of a cluster, whose members, states,
/// reminders and grain directory are in one PostgreSQL database. The reasons for the settings: docs/decisions/0006.
/// </summary>
internal static class SiloRuntime
{
    private const string Invariant = "Npgsql";

    // Its product version is "10.4.2. Commit Hash: …".
    public static string Name { get; } =
        $"Orleans {FileVersionInfo.GetVersionInfo(typeof(IGrainContext).Assembly.Location).ProductVersion?.Split(". ")[0]} (cluster, PostgreSQL)";

    /// <summary>Whether several silos may work in one data folder.</summary>
    public static bool SharesDataFolder => true;

    /// <summary>Adds the runtime and the grains to the host.</summary>
    /// <exception cref="SiloOptionsException">The cluster's settings are wrong.</exception>
    public static void Add(WebApplicationBuilder builder, SiloOptions options)
    {
        var settings = OrleansSettings.Load(options.Configuration);
        foreach (var library in new[] { "Orleans", "Polly" })
            builder.Logging.AddFilter(library, options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            AddCluster(silo, settings, options.Name);
            AddStorage(silo, settings.Database);
            AddPlacement(silo);
            AddSerialization(silo.Services);
            silo.AddDashboard();
        });
    }

    /// <summary>Orleans' dashboard. The API's middleware lets nobody there without the token.</summary>
    public static void Map(WebApplication app) => app.MapOrleansDashboard("/orleans").ExcludeFromDescription();

    private static void AddCluster(ISiloBuilder silo, OrleansSettings settings, string name)
    {
        silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = settings.Id);
        silo.Configure<Orleans.Configuration.SiloOptions>(own => own.SiloName = name);
        silo.Configure<EndpointOptions>(own =>
        {
            own.AdvertisedIPAddress = settings.Resolve();
            own.SiloPort = settings.Port;
            own.GatewayPort = 0;   // Nobody calls grains from outside but through the API.
        });
        silo.UseAdoNetClustering(own => (own.Invariant, own.ConnectionString) = (Invariant, settings.Database));

        // Grains that deactivate themselves after an answer, or were placed elsewhere, are met by calls that came too late for them.
        silo.Configure<SiloMessagingOptions>(messages => messages.MaxForwardCount = 10);

        // A killed silo's grains live elsewhere after seconds; with the defaults it takes most of a minute.
        silo.Configure<ClusterMembershipOptions>(members =>
        {
            members.ProbeTimeout = TimeSpan.FromSeconds(1);
            members.NumMissedProbesLimit = 3;
            members.NumVotesForDeathDeclaration = 2;
            members.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            members.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            members.DeathVoteExpirationTimeout = TimeSpan.FromSeconds(60);
        });
    }

    private static void AddStorage(ISiloBuilder silo, string database)
    {
        silo.AddAdoNetGrainStorageAsDefault(storage =>
        {
            (storage.Invariant, storage.ConnectionString) = (Invariant, database);
            storage.GrainStorageSerializer = new JsonGrainStorageSerializer(SpecJson.Compact);
        });
        silo.UseAdoNetReminderService(reminders => (reminders.Invariant, reminders.ConnectionString) = (Invariant, database));
        silo.Configure<ReminderOptions>(reminders =>
        {
            reminders.MinimumReminderPeriod = TimeSpan.FromSeconds(5);
            reminders.RefreshReminderListPeriod = TimeSpan.FromSeconds(30);
        });

        // The directory in the silos' memory forgets healthy grains of other silos when one dies; this one does not.
        silo.UseAdoNetGrainDirectoryAsDefault(directory => (directory.Invariant, directory.ConnectionString) = (Invariant, database));
    }

    private static void AddPlacement(ISiloBuilder silo)
    {
        // Orleans takes the dictionary's entries when it makes its metadata, after the line that fills it.
        var metadata = new Dictionary<string, string>();
        silo.Services.AddOptions<SiloMetadata>().Configure<ISiloWork>((_, work) =>
            metadata[WorkPlacementDirector.DeviceClasses] = string.Join(',', work.Devices.Select(device => device.Class).Distinct()));
        silo.UseSiloMetadata(metadata);
        silo.AddPlacementDirector<WorkPlacement, WorkPlacementDirector>();
    }

    // Specs are plain records without Orleans' attributes, and so are the states of grains, which travel when a silo that stops
    // hands its grains over.
    private static void AddSerialization(IServiceCollection services) => services.AddSerializer(serializer => serializer.AddJsonSerializer(
        type => (type.Assembly == typeof(SpecJson).Assembly || type.Assembly == typeof(IWorkService).Assembly) && !type.IsSubclassOf(typeof(Exception)),
        SpecJson.Travel));
}
