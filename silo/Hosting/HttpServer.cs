using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace IconDiffusion.Silo.Hosting;

/// <summary>What our web servers have in common: they listen to this machine alone unless told otherwise, and write their log to standard error.</summary>
internal static class HttpServer
{
    /// <summary>A builder that takes nothing from the environment or the folder that the program happens to start in.</summary>
    public static WebApplicationBuilder Builder(LogLevel logLevel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "IconDiffusion" });
        builder.Logging.SetMinimumLevel(logLevel)
            .AddFilter("Microsoft", logLevel > LogLevel.Warning ? logLevel : LogLevel.Warning)
            .AddFilter("Orleans.Runtime.Scheduler", LogLevel.Error)    // they warn of a busy processor, and a silo that trains has no other
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None) // a start that failed is told by an exception already
            .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "))
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        return builder;
    }

    /// <summary>What is wrong with them, one sentence each.</summary>
    /// <param name="url">Where this machine reaches the server.</param>
    /// <param name="listen">Address of this machine that others may reach it at, or 0.0.0.0 for all; null: nobody else.</param>
    /// <param name="port">The usual one.</param>
    public static IEnumerable<string> Faults(string url, string? listen, int port)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp || address.PathAndQuery != "/")
            yield return $"Url is '{url}'; wanted an address such as http://127.0.0.1:{port}.";
        else if (!address.IsLoopback)
            yield return $"Url is '{url}', which other machines can reach; wanted this machine's own, such as http://127.0.0.1:{address.Port}. To let others in, set Listen (--listen).";
        if (listen is not null && !IPAddress.TryParse(listen, out _))
            yield return $"Listen is '{listen}'; wanted an IP address of this machine, or 0.0.0.0 for all.";
    }

    /// <summary>The addresses to listen at, of which <see cref="Faults"/> has found none.</summary>
    public static IEnumerable<IPEndPoint> Addresses(string url, string? listen)
    {
        var own = new Uri(url);
        var others = listen is null ? null : IPAddress.Parse(listen);
        if (others is not null)
            yield return new(others, own.Port);

        // All addresses of a machine hold its loopback already.
        if (others is null || !(others.Equals(IPAddress.Any) || others.Equals(IPAddress.IPv6Any)))
            yield return new(IPAddress.TryParse(own.Host.Trim('[', ']'), out var address) ? address : IPAddress.Loopback, own.Port);
    }

    /// <summary>Finds out early that an address is taken; the web server finds out last.</summary>
    /// <exception cref="IOException">One is taken.</exception>
    /// <exception cref="SocketException">One is not this machine's.</exception>
    public static void ThrowIfTaken(string url, string? listen)
    {
        foreach (var address in Addresses(url, listen))
        {
            using var probe = new TcpListener(address);
            try
            {
                probe.Start();
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new IOException($"Failed to bind to address http://{address}: address already in use.", failure);
            }
        }
    }

    /// <summary>Other machines speak TLS to an address; this one's programs may speak plain HTTP to it over the loopback, at the same port.</summary>
    public static void UseTls(ListenOptions listen, ApiCertificate shown)
    {
        ConnectionDelegate? plain = null;
        listen.Use(next => async connection => await (await IsPlainAsync(connection).ConfigureAwait(false) ? plain! : next)(connection).ConfigureAwait(false));
        listen.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (shown.Certificate, shown.Chain));
        listen.Use(next => plain = next);   // What comes after TLS.
    }

    /// <summary>Where this machine reaches a server that has started, with the real port.</summary>
    public static Uri Reached(WebApplication app)
    {
        var bound = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        var urls = bound.Select(address => new Uri(address)).ToArray();
        return urls.FirstOrDefault(url => url.IsLoopback) ?? new UriBuilder(urls[0]) { Scheme = Uri.UriSchemeHttp, Host = "127.0.0.1" }.Uri;
    }

    private static async ValueTask<bool> IsPlainAsync(ConnectionContext connection)
    {
        const byte handshake = 22;   // How every connection of TLS begins, and none of HTTP.
        if (connection.RemoteEndPoint is not IPEndPoint remote || !IPAddress.IsLoopback(remote.Address))
            return false;
        var first = (await connection.Transport.Input.ReadAsync().ConfigureAwait(false)).Buffer;
        var isPlain = !first.IsEmpty && first.FirstSpan[0] != handshake;
        connection.Transport.Input.AdvanceTo(first.Start);
        return isPlain;
    }

    // Signals are the program's business.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
