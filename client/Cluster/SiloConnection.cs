using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IconDiffusion.Client.Cluster;

/// <summary>The way to one silo: whom to believe there, and what it means that nobody answers.</summary>
internal sealed class SiloConnection : IDisposable
{
    /// <summary>Where a silo tells, without a token, which authority its certificate is of.</summary>
    public const string AuthorityPath = "/authority.crt";

    private const int MostAuthorityBytes = 16 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private readonly HttpClient _http;
    private X509Certificate2? _authority;

    public SiloConnection(SiloEndpoint endpoint)
    {
        Endpoint = endpoint;
        _http = new HttpClient(endpoint.Fingerprint is null
            ? Handler(endpoint.Url, ConnectAsync, null)
            : Handler(endpoint.Url, ConnectToKnownAsync, (_, certificate, _, _) => Authority.HasIssued(_authority!, certificate as X509Certificate2)))
        {
            BaseAddress = endpoint.Url,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", endpoint.Token) },
        };
    }

    public SiloEndpoint Endpoint { get; }

    /// <summary>Sends a request, whose content may be sent again.</summary>
    /// <exception cref="SiloUnreachableException">Nobody answers.</exception>
    /// <exception cref="SiloException">Somebody else does.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken cancellation)
    {
#pragma warning disable CA2000 // What it would dispose of is the content, which is its sender's.
        var request = new HttpRequestMessage(method, path) { Content = content };
#pragma warning restore CA2000
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A folder takes what the network and the silo's work on it take; what is refused is refused before it is sent.
        if (content is FolderArchive)
            request.Headers.ExpectContinue = true;
        else
            patience.CancelAfter(Patience);
        try
        {
            return await _http.SendAsync(request, completion, patience.Token);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SiloException unbelieved)
        {
            throw unbelieved;
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException)
        {
            throw new SiloException(Endpoint.Fingerprint is null
                ? $"The silo at {Endpoint.Url} shows a certificate that this machine does not trust. Wanted the whole address that 'icon silo --listen' prints there, with the fingerprint behind '#'."
                : $"The silo at {Endpoint.Url} shows a certificate that is not of the authority in its address, or that has ended. If this machine's clock is wrong, set it.", ExitCode.WrongInput);
        }
        catch (HttpRequestException exception)
        {
            throw new SiloUnreachableException($"The silo at {Endpoint.Url} does not answer: {exception.InnerException?.Message ?? exception.Message}. {Endpoint.Hint}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SiloUnreachableException($"The silo at {Endpoint.Url} does not answer within {Patience.TotalSeconds:0} s. {Endpoint.Hint}");
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _authority?.Dispose();
    }

    private static SocketsHttpHandler Handler(
        Uri url, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect, RemoteCertificateValidationCallback? isBelieved) => new()
        {
            // The token goes to this silo and nowhere else.
            AllowAutoRedirect = false,
            UseProxy = !url.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = connect,
            SslOptions = { RemoteCertificateValidationCallback = isBelieved },
        };

    // The authority first, which has the fingerprint or is none; then whoever shows a certificate of it.
    private async ValueTask<Stream> ConnectToKnownAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        _authority ??= await AskForAuthorityAsync(cancellation);
        return await ConnectAsync(context, cancellation);
    }

    /// <summary>Fetches the authority from whoever is there, without a token: by its fingerprint it is the right one, or it is refused.</summary>
    private async Task<X509Certificate2> AskForAuthorityAsync(CancellationToken cancellation)
    {
        using var anybody = new HttpClient(Handler(Endpoint.Url, ConnectAsync, (_, certificate, _, _) => certificate is not null)) { MaxResponseContentBufferSize = MostAuthorityBytes };
        X509Certificate2 authority;
        try
        {
            authority = X509Certificate2.CreateFromPem(await anybody.GetStringAsync(new Uri(Endpoint.Url, AuthorityPath), cancellation));
        }
        catch (Exception none) when (none is CryptographicException or ArgumentException or NotSupportedException or HttpRequestException { StatusCode: not null })
        {
            throw Unbelieved("has no authority of its own");
        }
        return Authority.Fingerprint(authority) is var found && found == Endpoint.Fingerprint
            ? authority
            : throw Unbelieved($"has the authority {found}");
    }

    private SiloException Unbelieved(string found) => new(
        $"The silo at {Endpoint.Url} is not the one whose fingerprint is in its address: it {found}. Wanted the whole address that 'icon silo --listen' prints there; where it is that one, somebody else answers in the silo's place.", ExitCode.WrongInput);

    /// <summary>Keep-alive, so that a watcher notices within a quarter of a minute that the silo's machine is gone.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
