using System.Net;
using System.Net.Sockets;
using IconDiffusion.Client;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Work;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo;

/// <summary>A running silo: the actor runtime, the work service of its devices, and the API.</summary>
public sealed class SiloHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SiloLock _lock;
    private readonly SiloOptions _options;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isStopping;

    private SiloHost(WebApplication app, SiloLock siloLock, SiloOptions options, SiloIdentity identity)
    {
        (_app, _lock, _options) = (app, siloLock, options);
        (Url, Token, Incarnation) = (identity.Url, identity.Token, identity.Incarnation);
    }

    /// <summary>Where this machine reaches the API, with the real port.</summary>
    public Uri Url { get; }

    /// <summary>
    /// Where other machines reach the API: by HTTPS, with the fingerprint of the authority to believe where that is our own. Null: they do not.
    /// </summary>
    public string? UrlForOthers { get; private init; }

    /// <summary>What the API wants to be shown.</summary>
    public string Token { get; }

    /// <summary>New at each start.</summary>
    public string Incarnation { get; }

    /// <summary>The actor runtime.</summary>
    public string Runtime => SiloRuntime.Name(_options.IsCluster);

    /// <summary>Absolute path of the data folder.</summary>
    public string Data => _options.Data;

    /// <summary>What this silo works on.</summary>
    public IReadOnlyList<DeviceInfo> Devices => Services.GetRequiredService<ISiloWork>().Devices;

    internal IServiceProvider Services => _app.Services;

    /// <summary>The living silo of a data folder; null: there is none.</summary>
    public static SiloAddress? Find(string data) => LocalSilo.Find(Path.GetFullPath(data));

    /// <summary>Starts a silo; it takes requests when this returns.</summary>
    /// <exception cref="SiloOptionsException">The options are wrong.</exception>
    /// <exception cref="SiloStartException">The data folder, its database or the address cannot be had.</exception>
    /// <exception cref="ClusterDatabaseException">The cluster's database does not let this machine in.</exception>
    /// <param name="onDevices">Told the names of what it works on, long before it takes requests.</param>
    public static Task<SiloHost> StartAsync(SiloOptions options, CancellationToken cancellationToken, Action<IReadOnlyList<string>>? onDevices = null) =>
        StartAsync(options, services => AddWork(services, options, onDevices), cancellationToken);

    /// <summary>As above, with a work service of the caller's.</summary>
    internal static async Task<SiloHost> StartAsync(SiloOptions options, Action<IServiceCollection> addWork, CancellationToken cancellationToken)
    {
        if (options.Faults().ToArray() is { Length: > 0 } faults)
            throw new SiloOptionsException(faults);
        options.Data = Path.GetFullPath(options.Data);
        var siloLock = SiloLock.Take(options.Data, options.IsCluster ? options.Name : null);
        WebApplication? app = null;
        var generation = 0;
        try
        {
            if (options.Cluster is { } cluster)
            {
                await ClusterDatabase.CheckAsync(cluster.Database, cancellationToken, cluster.Keys?.Authority).ConfigureAwait(false);
                await Revocations.LookAsync(cluster, options.Data, cancellationToken).ConfigureAwait(false);
                generation = await ClusterDatabase.NextGenerationAsync(cluster.Database, cluster.Id, cluster.Resolve(), cluster.Port, cancellationToken, cluster.Keys?.Authority).ConfigureAwait(false);
            }
            var shown = ApiCertificate.Of(options);
            HttpServer.ThrowIfTaken(options.Url, options.Listen);
            RunFiles.RemoveCopies(options.Data);
            Folders.RemoveUploads(options);
            var warnings = new List<string>();
            warnings.AddRange(Warnings(options));
            var identity = new SiloIdentity(SiloToken.Ensure(options.Data, warnings.Add), Guid.NewGuid().ToString("N"), TimeProvider.System.GetTimestamp()) { Generation = generation };
            app = Build(options, identity, shown, addWork);
            var logger = app.Services.GetRequiredService<ILogger<SiloHost>>();
            foreach (var warning in warnings)
                logger.SecretInDanger(warning);
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            identity.Url = HttpServer.Reached(app);
            siloLock.Publish(new(identity.Url.GetLeftPart(UriPartial.Authority), Environment.MachineName, Environment.ProcessId, identity.Incarnation));
            logger.Listening(options.Name, identity.Url, SiloRuntime.Name(options.IsCluster), options.Data);
            return new(app, siloLock, options, identity) { UrlForOthers = ForOthers(options, identity.Url.Port, shown) };
        }
        catch (Exception failure)
        {
            if (app is not null)
                await app.DisposeAsync().ConfigureAwait(false);
            siloLock.Dispose();
            throw failure is (IOException and not ClusterDatabaseException { Fault: ClusterDatabaseFault.NotLetIn }) or UnauthorizedAccessException or SocketException
                ? new SiloStartException(failure.Message, failure)
                : failure;
        }
    }

    /// <summary>
    /// Runs a silo until SIGINT or SIGTERM, or until its certificate is revoked or the cluster's database is set back to an earlier state, then stops it with
    /// checkpoints. A second signal ends the process at once, which loses nothing but time.
    /// </summary>
    /// <param name="onStarted">Told once requests are taken.</param>
    /// <exception cref="SiloOptionsException">As <see cref="StartAsync(SiloOptions, CancellationToken)"/>.</exception>
    /// <exception cref="SiloStartException">As there.</exception>
    public static async Task<int> RunAsync(SiloOptions options, Action<SiloHost> onStarted, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(() => { }, cancellationToken);
        SiloHost silo;
        try
        {
            silo = await StartAsync(options, signals.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return 0;
        }
        await using (silo)
        {
            onStarted(silo);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, silo.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isAsked = signals.Token.IsCancellationRequested;
            await silo.StopAsync().ConfigureAwait(false);
            return isAsked ? ExitCode.Success : options.Cluster?.Keys is { } keys && !keys.Trusts(keys.Certificate) ? ExitCode.WrongInput : ExitCode.Failed;
        }
    }

    /// <summary>Stops gracefully: no more work, checkpoints within the shutdown timeout, grains, API. May be repeated.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopping, 1) == 1)
        {
            await _stopped.Task.ConfigureAwait(false);
            return;
        }
        try
        {
            using var patience = new CancellationTokenSource(_options.ShutdownTimeout);
            await Services.GetRequiredService<Heartbeat>().LeaveAsync().ConfigureAwait(false);
            await Services.GetRequiredService<ISiloWork>().StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await _app.DisposeAsync().ConfigureAwait(false);
            _lock.Dispose();
            _stopped.SetResult();
        }
    }

    /// <summary>Completes when the silo has stopped.</summary>
    public Task WaitForStopAsync() => _stopped.Task;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private static IEnumerable<string> Warnings(SiloOptions options)
    {
        if (!OperatingSystem.IsWindows() && options.Join is { } join && File.GetUnixFileMode(join).HasFlag(UnixFileMode.OtherRead))
            yield return $"The join file '{join}' can be read by every user of this machine, and with it the cluster's database password and this machine's key; wanted: chmod 600";
        if (options.Cluster?.Keys?.Warning is { } warning)
            yield return warning;
    }

    private static string? ForOthers(SiloOptions options, int port, ApiCertificate? shown)
    {
        if (options.Listen is not { } listen)
            return null;
        var host = IPAddress.Parse(listen) is var address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) ? Environment.MachineName : listen;
        var url = new UriBuilder(shown is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, host, port).Uri.GetLeftPart(UriPartial.Authority);
        return shown?.Authority is { } authority ? $"{url}#{Authority.Fingerprint(authority)}" : url;
    }

    private static WebApplication Build(SiloOptions options, SiloIdentity identity, ApiCertificate? shown, Action<IServiceCollection> addWork)
    {
        var builder = HttpServer.Builder(options.LogLevel);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(identity);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<INodeInfo>(new NodeInfo(options.Name));
        addWork(services);
        SiloRuntime.Add(builder, options);
        services.AddSingleton<Heartbeat>();
        services.AddHostedService(provider => provider.GetRequiredService<Heartbeat>());
        SiloApi.Add(services);
        Telemetry.Add(services, options);

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, shown));
        var app = builder.Build();
        SiloApi.Map(app, shown?.Authority);
        SiloRuntime.Map(app);
        return app;
    }

    private static void AddWork(IServiceCollection services, SiloOptions options, Action<IReadOnlyList<string>>? onDevices)
    {
        try
        {
            services.AddSiloWork(options, onDevices);
        }
        catch (ArgumentException wrong)
        {
            throw new SiloOptionsException([wrong.Message]);
        }
    }

    private static void Configure(KestrelServerOptions kestrel, SiloOptions options, ApiCertificate? shown)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        foreach (var address in HttpServer.Addresses(options.Url, options.Listen))
            kestrel.Listen(address, listen =>
            {
                if (shown is not null && !IPAddress.IsLoopback(address.Address))
                    HttpServer.UseTls(listen, shown);
            });
    }

    private sealed record NodeInfo(string Silo) : INodeInfo;
}
