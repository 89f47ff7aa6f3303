using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Cluster;

/// <summary>The HTTP API of a silo, or of whichever of several answers, as calls. Every failure is a <see cref="SiloException"/> with a sentence that can be shown.</summary>
internal sealed class SiloClient : IDisposable
{
    // A newer silo may tell more than this client knows.
    private static readonly JsonSerializerOptions Json = new(SpecJson.Compact) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private readonly Func<IReadOnlyList<SiloEndpoint>> _find;
    private Queue<SiloConnection> _others;
    private SiloConnection _silo;

    /// <param name="find">Where silos of the same cluster are, any of which will do; asked again when none of them answers.</param>
    /// <exception cref="SiloException">There is none.</exception>
    public SiloClient(Func<IReadOnlyList<SiloEndpoint>> find)
    {
        _find = find;
        _others = new(find().Select(endpoint => new SiloConnection(endpoint)));
        _silo = _others.Dequeue();
    }

    /// <summary>Of the silo that answered last.</summary>
    public Uri Url => _silo.Endpoint.Url;

    /// <summary>The silo's page, signed in.</summary>
    public Uri Dashboard => new(Url, $"/#token={_silo.Endpoint.Token}");

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
        using var answer = await TrySendAsync(HttpMethod.Get, $"api/experiments/{id}/report/files/{name}", null, HttpCompletionOption.ResponseHeadersRead, cancellation);
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
        using (var known = await TrySendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseContentRead, cancellation))
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
        foreach (var silo in _others.Prepend(_silo))
            silo.Dispose();
    }

    private Task<T> GetAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, path, null, cancellation);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var answer = await TrySendAsync(method, path, content, HttpCompletionOption.ResponseContentRead, cancellation);
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
        using var answer = await TrySendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseHeadersRead, cancellation);
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

    // Whoever cannot be reached, or is just starting or stopping, is passed over; everything that is asked may be asked twice.
    private async Task<HttpResponseMessage> TrySendAsync(HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken cancellation)
    {
        using (content)
            for (var tried = 1; ; tried++)
            {
                try
                {
                    var answer = await _silo.SendAsync(method, path, content, completion, cancellation);
                    if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || tried == _others.Count + 1)
                        return answer;
                    answer.Dispose();
                }
                catch (SiloUnreachableException) when (tried <= _others.Count)
                {
                    // The next one.
                }
                catch (SiloUnreachableException)
                {
                    LookAgain();
                    throw;
                }
                _others.Enqueue(_silo);
                _silo = _others.Dequeue();
            }
    }

    // A silo that came back elsewhere is asked the next time, and its old address, which may be somebody else's by now, no more. Where none is to be found,
    // those that are known may come back.
    private void LookAgain()
    {
        IReadOnlyList<SiloEndpoint> found;
        try
        {
            found = _find();
        }
        catch (SiloException)
        {
            return;
        }
        if (found.All(endpoint => endpoint == _silo.Endpoint || _others.Any(other => other.Endpoint == endpoint)))
            return;
        Dispose();
        _others = new(found.Select(endpoint => new SiloConnection(endpoint)));
        _silo = _others.Dequeue();
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
}
