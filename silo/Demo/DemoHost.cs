using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using IconDiffusion.Client;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Pages;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Languages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QRCoder;

namespace IconDiffusion.Silo.Demo;

/// <summary>
/// The public page of a run: one button, a new icon. It holds no secret and takes none, sets no cookie and keeps nothing of who asks but, for a
/// minute, how often an address did. There is no way to a training icon: the page's own files, a QR code, what it says of the run, and new icons are all there is.
/// </summary>
internal sealed class DemoHost : IAsyncDisposable
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string IconsLimit = "icons";

    private const string TagKey = "tag";

    private const string Stopping = "The page is being closed or started again; try again in a while.";

    private const string Crowded = "Too many requests have come within a minute.";

    private const string Full = "Too many visitors are waiting already.";

    private const string Later = "{0} Try again in {1} s.";

    private const string Style = "/demo/demo.css";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly IReadOnlyDictionary<string, Language> Languages = PageTexts.Of("Demo/");

    private static readonly byte[] ClosedPage = PageFiles.Read("Demo/closed.html");

    /// <summary>What visitors are told by the server itself.</summary>
    internal static readonly string[] Told = [Stopping, Crowded, Full, Later, .. Painter.Told];

    private readonly WebApplication _app;

    private DemoHost(WebApplication app, Uri url, Uri publicUrl) => (_app, Url, PublicUrl) = (app, url, publicUrl);

    /// <summary>Where this machine reaches the page, with the real port.</summary>
    public Uri Url { get; }

    /// <summary>The page's address as visitors know it.</summary>
    public Uri PublicUrl { get; }

    /// <summary>Starts to serve; icons are drawn from a model that is open already.</summary>
    /// <param name="icons">Stays the caller's.</param>
    /// <exception cref="SiloOptionsException">The options are wrong.</exception>
    /// <exception cref="SiloStartException">The address cannot be had.</exception>
    public static async Task<DemoHost> StartAsync(DemoOptions options, FreshIcons icons, CancellationToken cancellationToken)
    {
        if (options.Faults().ToArray() is { Length: > 0 } faults)
            throw new SiloOptionsException(faults);
        var address = new Address();
        WebApplication? app = null;
        try
        {
            HttpServer.ThrowIfTaken(options.Url, options.Listen);
            app = Build(options, icons, address);
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            var url = HttpServer.Reached(app);
            address.Url = options.PublicUrl is { } known ? new(known) : Visited(url, options.Listen);
            return new(app, url, address.Url);
        }
        catch (Exception failure)
        {
            if (app is not null)
                await app.DisposeAsync().ConfigureAwait(false);
            throw failure is IOException or SocketException ? new SiloStartException(failure.Message, failure) : failure;
        }
    }

    /// <summary>Serves until SIGINT or SIGTERM.</summary>
    /// <param name="onStarted">Told once requests are taken.</param>
    /// <inheritdoc cref="StartAsync"/>
    public static async Task RunAsync(DemoOptions options, FreshIcons icons, Action<DemoHost> onStarted, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(() => { }, cancellationToken);
        await using var host = await StartAsync(options, icons, signals.Token).ConfigureAwait(false);
        onStarted(host);
        await Task.Delay(Timeout.Infinite, signals.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(DemoOptions options, FreshIcons icons, Address address)
    {
        var builder = HttpServer.Builder(LogLevel.Information);
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(icons).AddSingleton(address).AddSingleton(TimeProvider.System);
        services.AddSingleton(new WaitingLine(options.PlacesOfAnAddress, options.PlacesInAll));
        services.AddSingleton<Painter>();
        services.AddHostedService(provider => provider.GetRequiredService<Painter>());
        services.AddRoutingCore();
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(json =>
        {
            ApiJson.Configure(json.SerializerOptions);
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddRateLimiter(limits => Limit(limits, options));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));

        var app = builder.Build();
        // The web server would wait for those who wait.
        app.Lifetime.ApplicationStopping.Register(() => app.Services.GetRequiredService<WaitingLine>().Close(
            new("failed") { Status = StatusCodes.Status503ServiceUnavailable, Sentence = Stopping }));
        app.Use(Protect);
        app.UseMiddleware<ProblemMiddleware>();
        // A proxy on this machine, which brings visitors in from outside, says who they are; nobody else is believed.
        app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
        app.UseRouting();
        app.UseRateLimiter();
        app.Use(CloseOnceTheConsentEndsAsync);
        PageFiles.Map(app, new Dictionary<string, byte[]>(PageFiles.Of("Demo/").Where(file => file.Key != "/demo/closed.html"))
        {
            ["/demo/events.js"] = PageFiles.Read("Pages/events.js"),
            ["/demo/language.js"] = PageFiles.Read("Pages/language.js"),
        }, Languages, Policy);
        app.MapGet("/about", Tell);
        app.MapGet("/qr.png", (Address known) => TypedResults.Bytes(known.Code, "image/png"));
        app.MapPost("/icons", Ask).RequireRateLimiting(IconsLimit);
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, DemoOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = 1000;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        foreach (var end in HttpServer.Addresses(options.Url, options.Listen))
            kestrel.Listen(end);
    }

    private static Task Protect(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        return next(context);
    }

    private static Task CloseOnceTheConsentEndsAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.RequestServices.GetRequiredService<Painter>().IsClosed || context.Request.Path == Style)
            return next(context);
        if (context.Request.Path != "/")
            return Problems.Of(StatusCodes.Status410Gone, LanguageOf(context)[Painter.Closed]).ExecuteAsync(context);
        context.Response.StatusCode = StatusCodes.Status410Gone;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.Body.WriteAsync(PageTexts.Translate(ClosedPage, LanguageOf(context))).AsTask();
    }

    private static Language LanguageOf(HttpContext context) => Languages[PageTexts.Wanted(context.Request)];

    private static void Limit(RateLimiterOptions limits, DemoOptions options)
    {
        limits.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(context => Window(AddressOf(context), options.RequestsAMinute)),
            PartitionedRateLimiter.Create<HttpContext, string>(_ => Window("", options.RequestsAMinuteInAll)));
        limits.AddPolicy(IconsLimit, context => Window(AddressOf(context), options.IconsAMinute));
        limits.OnRejected = (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? (int)Math.Ceiling(time.TotalSeconds) : 60;
            return new(TooMany(rejected.HttpContext, wait, Crowded).ExecuteAsync(rejected.HttpContext));
        };

        static RateLimitPartition<string> Window(string address, int most) =>
            RateLimitPartition.GetFixedWindowLimiter(address, _ => new() { PermitLimit = most, Window = Minute });
    }

    // A network of IPv6 gives each household 2⁶⁴ addresses: they are one.
    private static string AddressOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    private static ProblemHttpResult TooMany(HttpContext context, int seconds, string why)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var language = LanguageOf(context);
        return Problems.Of(StatusCodes.Status429TooManyRequests, language.Say(Later, language[why], seconds));
    }

    private static Ok<About> Tell(FreshIcons icons, Painter painter, Address address)
    {
        var (consent, tally) = (painter.Consent?.Consent, icons.Tally);
        return TypedResults.Ok(new About(
            consent?.Artist, consent?.Licence, consent?.Scope, icons.Run.Id, icons.Run.Spec.Model.Label, address.Url.AbsoluteUri, tally.Shown, tally.Copies,
            icons.Tags.Count > 0 ? icons.Tags : null));
    }

    // How closely the tags are listened to is the run's own matter.
    private static IResult Ask(HttpContext context, FreshIcons icons, WaitingLine line)
    {
        var query = context.Request.Query;
        if (query.Keys.Any(key => key != TagKey) || context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            return Problems.Of(StatusCodes.Status400BadRequest, $"An icon is asked for without content and with no parameter but '{TagKey}'.");
        string[] tags = [.. query[TagKey].OfType<string>().Distinct()];
        if (tags.FirstOrDefault(tag => !icons.Tags.Contains(tag)) is { } unknown)
            return Problems.Of(StatusCodes.Status400BadRequest, $"'{unknown}' is no tag that the program knows; wanted one of those that /about lists{(icons.Tags.Count == 0 ? ", which are none" : "")}.");
        if (line.Enter(AddressOf(context), tags) is not { } place)
            return TooMany(context, line.Patience, Full);
        context.Response.RegisterForDispose(place);
        return TypedResults.ServerSentEvents(FollowAsync(place, LanguageOf(context), context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<News>> FollowAsync(Place place, Language language, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var news in place.NewsAsync(cancellationToken))
            yield return new(news.Sentence is { } sentence ? news with { Sentence = language[sentence] } : news, news.Kind);
    }

    // Where others reach the page: at the address that it was told to listen at, of all addresses the one that leads to the network.
    private static Uri Visited(Uri url, string? listen)
    {
        if (listen is null)
            return url;
        var address = IPAddress.Parse(listen);
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            address = NetworkInterface.GetAllNetworkInterfaces().Where(each => each.OperationalStatus == OperationalStatus.Up)
                .Select(each => each.GetIPProperties()).OrderByDescending(each => each.GatewayAddresses.Count > 0)
                .SelectMany(each => each.UnicastAddresses).Select(each => each.Address)
                .FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(each)) ?? IPAddress.Loopback;
        return new UriBuilder(url) { Host = address.ToString() }.Uri;
    }

    /// <summary>What the page tells of the run and of whose icons it has learned from; nulls are left out. The tags are those that an icon may be asked to show.</summary>
    private sealed record About(string? Artist, string? Licence, string? Scope, string Run, string Model, string Url, long Shown, long Copies, EquatableList<string>? Tags);

    /// <summary>The page's own address, known once it listens.</summary>
    private sealed class Address
    {
        private const int PixelsOfAModule = 8;

        private Uri _url = new("http://127.0.0.1");

        public Uri Url
        {
            get => _url;
            set
            {
                _url = value;
                using var code = QRCodeGenerator.GenerateQrCode(value.AbsoluteUri, QRCodeGenerator.ECCLevel.M);
                using var drawing = new PngByteQRCode(code);
                Code = drawing.GetGraphic(PixelsOfAModule);
            }
        }

        /// <summary>The same as a QR code, PNG.</summary>
        public byte[] Code { get; private set; } = [];
    }
}
