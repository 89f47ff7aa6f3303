using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;

namespace IconDiffusion.Silo.Cluster;

/// <summary>Orleans in one process, without a port and without a database server: the only member of its cluster.</summary>
internal static class EmbeddedSilo
{
    /// <summary>Whose states and reminders a file holds.</summary>
    internal const string Id = "icon";

    /// <summary>A cluster of this process alone, with states and reminders in a SQLite file.</summary>
    public static void Add(ISiloBuilder silo, string path)
    {
        // Nobody listens, so the port is a name only.
        silo.UseLocalhostClustering(siloPort: 1, gatewayPort: 0, serviceId: Id, clusterId: Id);
        StayInside(silo.Services);
        AddStorage(silo, path);
        silo.Configure<ReminderOptions>(reminders => reminders.RefreshReminderListPeriod = TimeSpan.FromMinutes(5));
        silo.Configure<DeploymentLoadPublisherOptions>(load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromMinutes(1));
    }

    /// <summary>States and reminders in SQLite, in a file that is opened when it is first asked for.</summary>
    public static void AddStorage(ISiloBuilder silo, string path)
    {
        silo.Services.AddSingleton(_ => SiloDatabase.Open(path));
        silo.AddAdoNetGrainStorageAsDefault(options => options.Configure<SiloDatabase>((storage, database) =>
            (storage.Invariant, storage.DataSource) = (SiloDatabase.Invariant, database)));
        silo.UseAdoNetReminderService(options => options.Configure<SiloDatabase>((reminders, database) =>
            (reminders.Invariant, reminders.DataSource) = (SiloDatabase.Invariant, database)));
    }

    // The keys are Orleans' own, under which it has registered its sockets.
    private static void StayInside(IServiceCollection services)
    {
        var found = services.Where(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionListenerFactory)).ToArray();
        if (found.Length == 0)
            throw new InvalidOperationException("Orleans registers its sockets otherwise than this version knows, so they cannot be kept closed.");
        foreach (var sockets in found)
        {
            services.Remove(sockets);
            services.AddKeyedSingleton<IConnectionListenerFactory>(sockets.ServiceKey, new NoListener());
        }
    }

    private sealed class NoListener : IConnectionListenerFactory, IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _none = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 1);

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            EndPoint = endpoint;
            return new(this);
        }

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_none.Task);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _none.TrySetResult(null);
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
