using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Cluster;

/// <summary>A silo's HTTP API as calls. Every failure is a <see cref="SiloException"/> with a sentence that can be shown.</summary>
internal sealed class SiloClient : IDisposable
{
    // A newer silo may tell more than this client knows.
    private static readonly JsonSerializerOptions Json = new(SpecJson.Compact) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>Where a silo tells, without a token, which authority its certificate is of.</summary>
    public const string AuthorityPath = "/authority.crt";

    private const int MostAuthorityBytes = 16 << 10;

    private readonly HttpClient _http;
    private readonly SiloEndpoint _endpoint;
    private X509Certificate2? _authority;

    public SiloClient(SiloEndpoint endpoint)
    {
        _endpoint = endpoint;
        _http = new HttpClient(endpoint.Fingerprint is null
            ? Handler(endpoint.Url, ConnectAsync, null)
            : Handler(endpoint.Url, ConnectToKnownAsync, (_, certificate, _, _) => Authority.HasIssued(_authority!, certificate as X509Certificate2)))
        {
            BaseAddress = endpoint.Url,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", endpoint.Token) },
        };
    }

    public Uri Url => _endpoint.Url;

    /// <summary>The silo's page, signed in.</summary>
    public Uri Dashboard => new(_endpoint.Url, $"/#token={_endpoint.Token}");

    public Task<SiloInfo> GetSiloAsync(CancellationToken cancellation) => GetAsync<SiloInfo>("api/silo", cancellation);

    public Task<List<DeviceStatus>> GetDevicesAsync(CancellationToken cancellation) => GetAsync<List<DeviceStatus>>("api/devices", cancellation);

    /// <summary>Newest first.</summary>
    public Task<List<ExperimentSummary>> GetExperimentsAsync(CancellationToken cancellation) =>
        GetAsync<List<ExperimentSummary>>("api/experiments", cancellation);

    public Task<ExperimentStatus> GetExperimentAsync(string id, CancellationToken cancellation) =>
        GetAsync<ExperimentStatus>($"api/experiments/{id}", cancellation);

    public Task<List<RunResult>> GetResultsAsync(string id, CancellationToken cancellation) =>
        GetAsync<List<RunResult>>($"api/experiments/{id}/results", cancellation);

    public Task<RunLog> GetLogAsync(string runId, int last, CancellationToken cancellation) =>
        GetAsync<RunLog>($"api/runs/{runId}/log?last={last}", cancellation);

    public Task<ExperimentStatus> SubmitAsync(Submission submission, CancellationToken cancellation) =>
        SendAsync<ExperimentStatus>(HttpMethod.Post, "api/experiments", JsonContent.Create(submission, options: Json), cancellation);

    /// <summary>Asks for a report of the results so far.</summary>
    public Task<ReportStatus> AskForReportAsync(string id, CancellationToken cancellation) =>
        SendAsync<ReportStatus>(HttpMethod.Post, $"api/experiments/{id}/report", null, cancellation);

    /// <summary>Brings one file of an experiment's report into a folder, all or not at all.</summary>
    public async Task GetReportFileAsync(string id, string name, string folder, CancellationToken cancellation)
    {
        using var answer = await TrySendAsync(new(HttpMethod.Get, $"api/experiments/{id}/report/files/{name}"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw await RefusalAsync(answer, cancellation);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        AtomicFile.Write(Path.Combine(folder, Path.GetFileName(name)), content.CopyTo);
    }

    /// <param name="command">pause, resume or cancel.</param>
    public Task<ExperimentStatus> CommandAsync(string id, string command, CancellationToken cancellation) =>
        SendAsync<ExperimentStatus>(HttpMethod.Post, $"api/experiments/{id}/{command}", null, cancellation);

    public Task<Retried> RetryAsync(string id, CancellationToken cancellation) =>
        SendAsync<Retried>(HttpMethod.Post, $"api/experiments/{id}/retry", null, cancellation);

    public Task<List<ApiToken>> GetTokensAsync(CancellationToken cancellation) => GetAsync<List<ApiToken>>("api/tokens", cancellation);

    public Task<IssuedToken> AddTokenAsync(TokenOrder order, CancellationToken cancellation) =>
        SendAsync<IssuedToken>(HttpMethod.Post, "api/tokens", JsonContent.Create(order, options: Json), cancellation);

    public Task<ApiToken> RevokeTokenAsync(string name, CancellationToken cancellation) =>
        SendAsync<ApiToken>(HttpMethod.Delete, $"api/tokens/{Uri.EscapeDataString(name)}", null, cancellation);

    /// <summary>Has the silo prepare data sets from a folder, which is sent unless the silo knows it.</summary>
    /// <param name="images">The files of the offer's hashes.</param>
    public async Task<PreparedFolder> PrepareAsync(FolderOffer offer, IReadOnlyList<string> images, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(offer, SpecJson.Compact);
        var path = $"api/folders/{FolderOffer.KeyOf(json)}";
        using (var known = await TrySendAsync(new(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, cancellation))
        {
            if (known.IsSuccessStatusCode)
                return await ReadAsync<PreparedFolder>(known, path, cancellation);
            if (known.StatusCode != HttpStatusCode.NotFound)
                throw await RefusalAsync(known, cancellation);
        }
        return await SendAsync<PreparedFolder>(HttpMethod.Put, path, new FolderArchive(json, images), cancellation);
    }

    /// <summary>An experiment's states until the silo ends the stream; one that broke throws.</summary>
    public async IAsyncEnumerable<ExperimentStatus> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in EventsAsync($"api/experiments/{id}/events", cancellation))
            yield return JsonSerializer.Deserialize<ExperimentStatus>(item.Data, Json)!;
    }

    /// <summary>A run's losses after a step and its events as they come, until the run ends.</summary>
    public async IAsyncEnumerable<(EquatableList<LossPoint> Losses, EquatableList<RunEvent> Events)> WatchLogAsync(
        string runId, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in EventsAsync($"api/runs/{runId}/log/events?after={after}", cancellation))
            yield return item.EventType == "losses"
                ? (JsonSerializer.Deserialize<EquatableList<LossPoint>>(item.Data, Json)!, [])
                : ([], JsonSerializer.Deserialize<EquatableList<RunEvent>>(item.Data, Json)!);
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
        using var anybody = new HttpClient(Handler(Url, ConnectAsync, (_, certificate, _, _) => certificate is not null)) { MaxResponseContentBufferSize = MostAuthorityBytes };
        X509Certificate2 authority;
        try
        {
            authority = X509Certificate2.CreateFromPem(await anybody.GetStringAsync(new Uri(Url, AuthorityPath), cancellation));
        }
        catch (Exception none) when (none is CryptographicException or HttpRequestException { StatusCode: not null })
        {
            throw Unbelieved("has no authority of its own");
        }
        return Authority.Fingerprint(authority) is var found && found == _endpoint.Fingerprint
            ? authority
            : throw Unbelieved($"has the authority {found}");
    }

    private SiloException Unbelieved(string found) => new(
        $"The silo at {Url} is not the one whose fingerprint is in its address: it {found}. Wanted the whole address that 'icon silo --listen' prints there; where it is that one, somebody else answers in the silo's place.", ExitCode.WrongInput);

    private Task<T> GetAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, path, null, cancellation);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var answer = await TrySendAsync(new(method, path) { Content = content }, HttpCompletionOption.ResponseContentRead, cancellation);
        return answer.IsSuccessStatusCode ? await ReadAsync<T>(answer, path, cancellation) : throw await RefusalAsync(answer, cancellation);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, string path, CancellationToken cancellation)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(Json, cancellation) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new SiloException($"The answer from {Url}{path} is not one of this version's silos: {exception.Message}", ExitCode.Failed);
        }
    }

    private async IAsyncEnumerable<SseItem<string>> EventsAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await TrySendAsync(new(HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw await RefusalAsync(answer, cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await using var items = SseParser.Create(stream).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw new SiloUnreachableException($"The connection to the silo at {Url} broke: {exception.Message}");
            }
            yield return items.Current;
        }
    }

    private async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A folder takes what the network and the silo's work on it take; what is refused is refused before it is sent.
        if (request.Content is FolderArchive)
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
            throw new SiloException(_endpoint.Fingerprint is null
                ? $"The silo at {Url} shows a certificate that this machine does not trust. Wanted the whole address that 'icon silo --listen' prints there, with the fingerprint behind '#'."
                : $"The silo at {Url} shows a certificate that is not of the authority in its address, or that has ended. If this machine's clock is wrong, set it.", ExitCode.WrongInput);
        }
        catch (HttpRequestException exception)
        {
            throw new SiloUnreachableException($"The silo at {Url} does not answer: {exception.InnerException?.Message ?? exception.Message}. {_endpoint.Hint}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SiloUnreachableException($"The silo at {Url} does not answer within {Patience.TotalSeconds:0} s. {_endpoint.Hint}");
        }
        finally
        {
            request.Dispose();
        }
    }

    private async Task<SiloException> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var sentences = Sentences(await answer.Content.ReadAsStringAsync(cancellation));
        var status = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new SiloException(
                $"The silo at {Url} refuses the token. Its token lies in its data folder in the file 'token': ICONDIFFUSION_TOKEN or --token.", ExitCode.WrongInput),
            HttpStatusCode.ServiceUnavailable => new SiloUnreachableException($"The silo at {Url} is starting or stopping ({sentences ?? status})."),
            _ => new SiloException(sentences ?? $"The silo at {Url} answers {status}.",
                (int)answer.StatusCode is >= 400 and < 500 and not (int)HttpStatusCode.TooManyRequests ? ExitCode.WrongInput : ExitCode.Failed),
        };
    }

    /// <summary>What a problem+json answer says to people; null: it is none.</summary>
    private static string? Sentences(string body)
    {
        try
        {
            if (JsonNode.Parse(body) is not JsonObject problem)
                return null;
            var errors = (problem["errors"] as JsonArray)?.Select(error => $"{error}").Where(error => error.Length > 0) ?? [];
            return $"{problem["detail"] ?? problem["title"]}" is { Length: > 0 } detail
                ? string.Join('\n', errors.Where(error => !detail.Contains(error, StringComparison.Ordinal)).Prepend(detail))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keep-alive, so that a watcher notices within half a minute that the silo's machine is gone.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
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
