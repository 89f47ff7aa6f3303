using System.Diagnostics;
using IconDiffusion.Grains;
using IconDiffusion.Grains.Work;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Dashboard;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Storage;
using SiloOptions = IconDiffusion.Silo.Hosting.SiloOptions;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// Microsoft Orleans, as the settings want it: on all silos of a cluster, whose members, states, reminders and grain directory are
/// in one PostgreSQL database, or, without one, embedded: in this process alone, without a port, over SQLite in the data folder.
/// The reasons for the settings: docs/decisions/0006.
/// </summary>
internal static class SiloRuntime
{
    private const string Invariant = "Npgsql";

    // Its product version is "10.4.2. Commit Hash: …".
    private static readonly string Version =
        $"Orleans {FileVersionInfo.GetVersionInfo(typeof(IGrainContext).Assembly.Location).ProductVersion?.Split(". ")[0]}";

    /// <summary>What a start line, the doctor and the dashboard say.</summary>
    public static string Name(bool isCluster) => $"{Version} {(isCluster ? "(cluster, PostgreSQL)" : "(embedded, SQLite)")}";

    /// <summary>Adds the runtime and the grains to the host.</summary>
    public static void Add(IHostApplicationBuilder builder, SiloOptions options)
    {
        foreach (var library in new[] { "Orleans", "Polly" })
            builder.Logging.AddFilter(library, options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        // Notes about server garbage collection, and alarms about time that passed before the first check; where this silo is alone, alarms
        // that timers and threads are late, too, as they are on every machine whose cores a training keeps busy.
        string[] busy = options.IsCluster ? [] : ["Orleans.Runtime.AsyncTimer", "Orleans.Runtime.MembershipService.LocalSiloHealthMonitor"];
        foreach (var chatter in (string[])["Orleans.Runtime.Silo", "Orleans.Runtime.Watchdog", .. busy])
            builder.Logging.AddFilter(chatter, LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.Configure<Orleans.Configuration.SiloOptions>(own => own.SiloName = options.Name);
            if (options.Cluster is { } cluster)
                AddCluster(silo, cluster);
            else
                EmbeddedSilo.Add(silo, Path.Combine(options.Data, "cluster.db"));
            AddGrains(silo);
            silo.AddDashboard();
            if (options.Otlp is not null)
                silo.AddActivityPropagation();
        });
    }

    /// <summary>Orleans' dashboard. The API's middleware lets nobody there without the token.</summary>
    /// <exception cref="IOException">The embedded silo's database is locked, damaged, newer or not writable.</exception>
    public static void Map(WebApplication app)
    {
        app.Services.GetService<SiloDatabase>();   // A fault of its file is told before anything starts.
        // It reads all its files into memory, so when somebody first asks for one.
        var dashboard = new Lazy<RequestDelegate>(() => Dashboard(app.Services));
        app.Map("/orleans/{**path}", context =>
        {
            context.SetEndpoint(null);
            return dashboard.Value(context);
        }).ExcludeFromDescription();
    }

    private static RequestDelegate Dashboard(IServiceProvider services)
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseRouting();
        pipeline.UseEndpoints(endpoints => endpoints.MapOrleansDashboard("/orleans").ExcludeFromDescription());
        return pipeline.Build();
    }

    /// <summary>What grains need wherever they live: their placement, and how specs and states travel and are stored.</summary>
    public static void AddGrains(ISiloBuilder silo)
    {
        // Orleans takes the dictionary's entries when it makes its metadata, after the line that fills it.
        var metadata = new Dictionary<string, string>();
        silo.Services.AddOptions<SiloMetadata>().Configure<IServiceProvider>((_, services) =>
            metadata[WorkPlacementDirector.DeviceClasses] = string.Join(',', services.GetService<ISiloWork>()?.Devices.Select(device => device.Class).Distinct() ?? []));
        silo.UseSiloMetadata(metadata);
        silo.AddPlacementDirector<WorkPlacement, WorkPlacementDirector>();

        // Grains that deactivate themselves after an answer, or were placed elsewhere, are met by calls that came too late for them.
        silo.Configure<SiloMessagingOptions>(messages => messages.MaxForwardCount = 10);

        // A place for a million grains' addresses, the default, is 19 MB from the start.
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 10_000);
        silo.Services.AddSingleton<IGrainStorageSerializer>(new JsonGrainStorageSerializer(SpecJson.Compact));
        AddSerialization(silo.Services);
    }

    /// <summary>
    /// Specs are plain records without Orleans' attributes, and so are the states of grains, which travel when a silo that stops
    /// hands its grains over. Nothing can change a spec, so that grains of one silo pass it on as it is.
    /// </summary>
    public static void AddSerialization(IServiceCollection services)
    {
        services.AddSerializer(serializer => serializer.AddJsonSerializer(
            type => IsSpec(type) || (type.Assembly == typeof(IWorkService).Assembly && !type.IsSubclassOf(typeof(Exception))),
            type => type.Assembly == typeof(IWorkService).Assembly && !type.IsSubclassOf(typeof(Exception)),
            codec => codec.Configure(json => json.SerializerOptions = SpecJson.Travel)));
        services.AddSingleton<IGeneralizedCopier, SpecCopier>();
    }

    private static bool IsSpec(Type type) => type.Assembly == typeof(SpecJson).Assembly && !type.IsSubclassOf(typeof(Exception));

    private sealed class SpecCopier : IGeneralizedCopier
    {
        public bool IsSupportedType(Type type) => IsSpec(type);

        public object? DeepCopy(object? input, CopyContext context) => input;
    }

    private static void AddCluster(ISiloBuilder silo, ClusterSettings settings)
    {
        silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = settings.Id);
        silo.Configure<EndpointOptions>(own =>
        {
            own.AdvertisedIPAddress = settings.Resolve();
            own.SiloPort = settings.Port;
            own.GatewayPort = 0;   // Nobody calls grains from outside but through the API.
        });
        if (settings.Keys is { } keys)
        {
            silo.UseTls(keys.Certificate, tls => Require(tls, keys));
            silo.Services.AddSingleton(settings).AddSingleton<Revocations>().AddHostedService(services => services.GetRequiredService<Revocations>());
            silo.Services.AddOptions<SiloConnectionOptions>().Configure<IServiceProvider>((connections, services) =>
            {
                connections.ConfigureSiloInboundConnection(Watch);
                connections.ConfigureSiloOutboundConnection(Watch);

                void Watch(IConnectionBuilder builder) => builder.Use(next => connection => services.GetRequiredService<Revocations>().WatchAsync(connection, next));
            });
        }
        silo.Services.AddSingleton(_ => ClusterDatabase.Connections(settings.Database, settings.Keys?.Authority)).AddHostedService(services =>
            ActivatorUtilities.CreateInstance<DatabaseWatch>(services, settings.Id, services.GetRequiredService<ILocalSiloDetails>().Name));
        silo.Services.AddSingleton<ILocalSiloDetails, ClusterMember>();
        silo.UseAdoNetClustering(options => options.Configure<NpgsqlDataSource>((members, database) => (members.Invariant, members.DataSource) = (Invariant, database)));

        silo.Configure<ClusterMembershipOptions>(WatchClosely);
        AddStorage(silo);
    }

    // Both ends show a certificate, and each believes the cluster's authority alone: neither what the system trusts nor a name matters.
    private static void Require(TlsOptions tls, ClusterKeys keys)
    {
        tls.RemoteCertificateMode = tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (certificate, _, _) => keys.Trusts(certificate);
    }

    /// <summary>A killed silo's grains live elsewhere after seconds; with Orleans' defaults it takes most of a minute.</summary>
    public static void WatchClosely(ClusterMembershipOptions members)
    {
        members.ProbeTimeout = TimeSpan.FromSeconds(1);
        members.NumMissedProbesLimit = 3;
        members.NumVotesForDeathDeclaration = 2;
        members.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        members.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        members.DeathVoteExpirationTimeout = TimeSpan.FromSeconds(60);

        // Silos whose clocks differ would take one that starts for one that began an hour ago.
        members.EvictWhenMaxJoinAttemptTimeExceeded = false;
        members.SiloGenerationRetirementAge = null;
    }

    /// <summary>States, reminders and the grain directory in PostgreSQL, by the <see cref="NpgsqlDataSource"/> among the services.</summary>
    public static void AddStorage(ISiloBuilder silo)
    {
        silo.AddAdoNetGrainStorageAsDefault(options => options.Configure<NpgsqlDataSource>((storage, database) => (storage.Invariant, storage.DataSource) = (Invariant, database)));
        silo.UseAdoNetReminderService(options => options.Configure<NpgsqlDataSource>((reminders, database) => (reminders.Invariant, reminders.DataSource) = (Invariant, database)));
        silo.Configure<ReminderOptions>(reminders => reminders.RefreshReminderListPeriod = TimeSpan.FromSeconds(30));

        // The directory in the silos' memory forgets healthy grains of other silos when one dies; this one does not.
        silo.UseAdoNetGrainDirectoryAsDefault(options => options.Configure<NpgsqlDataSource>((directory, database) => (directory.Invariant, directory.DataSource) = (Invariant, database)));
        KnownSilosDirectory.Add(silo);
    }
}
