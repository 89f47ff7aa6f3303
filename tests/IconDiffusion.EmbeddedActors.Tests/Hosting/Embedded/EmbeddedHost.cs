using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>The embedded runtime in a host, over a database of its own and a clock that stands until it is moved.</summary>
internal sealed class EmbeddedHost : IActorHost
{
    private readonly LogKeeper _log = new();
    private readonly Action<EmbeddedActorsOptions> _configure;
    private readonly string _path;
    private readonly TemporaryFolder? _folder;
    private IHost? _host;
    private bool _isRunning;

    private EmbeddedHost(string? path, Action<EmbeddedActorsOptions> configure)
    {
        _folder = path is null ? new() : null;
        _path = path ?? _folder!.File("actors.db");
        _configure = configure;
    }

    public IGrainFactory Grains => Services.GetRequiredService<IClusterClient>();
    public Signals Signals { get; } = new();
    public bool AgesByItsClock => true;
    public IReadOnlyCollection<string> Log => _log.Lines;
    public FakeTimeProvider Time { get; } = new(new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero));
    public IServiceProvider Services => _host!.Services;

    /// <param name="path">The database; null for a new one that goes with the host.</param>
    public static async Task<EmbeddedHost> StartAsync(string? path = null, Action<EmbeddedActorsOptions>? configure = null)
    {
        var host = new EmbeddedHost(path, configure ?? (_ => { }));
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public void Advance(TimeSpan time) => Time.Advance(time);

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task StopAsync()
    {
        if (_host is null)
            return;
        if (_isRunning)
            await _host.StopAsync();
        _isRunning = false;
        _host.Dispose();
        _host = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder?.Dispose();
    }

    private async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Signals);
        builder.Services.AddEmbeddedActors(options =>
        {
            options.DatabasePath = _path;
            options.Assemblies.Add(typeof(EmbeddedHost).Assembly);
            _configure(options);
        });
        _host = builder.Build();
        await _host.StartAsync();
        _isRunning = true;
    }
}
