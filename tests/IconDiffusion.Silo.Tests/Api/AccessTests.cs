using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using IconDiffusion.Silo.Tests.Hosting;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class AccessTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private readonly TestSilo _silo = shared.Silo;

    [Theory]
    [InlineData("GET", "/api/silo")]
    [InlineData("GET", "/api/devices")]
    [InlineData("GET", "/api/experiments")]
    [InlineData("POST", "/api/experiments")]
    [InlineData("GET", "/api/experiments/tiny-00000000/events")]
    [InlineData("POST", "/api/experiments/tiny-00000000/cancel")]
    [InlineData("GET", "/api/experiments/tiny-00000000/report")]
    [InlineData("POST", "/api/experiments/tiny-00000000/report")]
    [InlineData("GET", "/api/experiments/tiny-00000000/report/files/report.html")]
    [InlineData("GET", "/api/runs/0123456789ab/files/spec.json")]
    [InlineData("GET", "/api/runs/0123456789ab/gallery")]
    [InlineData("GET", "/api/runs/0123456789ab/training/0")]
    [InlineData("POST", "/api/experiments/tiny-00000000/report/ticket")]
    [InlineData("POST", "/api/plans")]
    [InlineData("POST", "/api/proposals")]
    [InlineData("PUT", "/api/folders/0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("GET", "/api/tokens")]
    [InlineData("POST", "/api/tokens")]
    [InlineData("DELETE", "/api/tokens/somebody")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/orleans/")]
    [InlineData("GET", "/orleans/DashboardCounters")]
    [InlineData("GET", "/nothing/here")]
    public async Task WithoutTheToken_NothingIsToldOrDone(string method, string path)
    {
        using var client = new HttpClient { BaseAddress = _silo.Host.Url };

        var answer = await client.SendAsync(new(new(method), path));

        Assert.Contains("token is missing or wrong", await Problem.SentenceAsync(HttpStatusCode.Unauthorized, answer));
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("Bearer", "")]
    [InlineData("Bearer", "wrong")]
    [InlineData("Bearer", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic", null)]
    public async Task AWrongToken_IsRefused(string scheme, string? token)
    {
        using var client = new HttpClient { BaseAddress = _silo.Host.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, token ?? _silo.Host.Token);

        await Problem.SentenceAsync(HttpStatusCode.Unauthorized, await client.GetAsync("/api/silo"));
    }

    [Fact]
    public async Task OrleansDashboard_CountsThisSilo()
    {
        // It counts at moments of its own; the first may not have come.
        await TestSilo.UntilAsync(async patience =>
        {
            var counters = JsonNode.Parse(await _silo.Client.GetStringAsync("/orleans/DashboardCounters", patience))!;
            return counters["totalActiveHostCount"]?.GetValue<int>() == 1;
        });
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task HealthIsToldToEveryone(string path)
    {
        using var client = new HttpClient { BaseAddress = _silo.Host.Url };
        await _silo.BeReadyAsync();

        Assert.Equal("ok", await client.GetStringAsync(path));
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/dashboard/dashboard.css", "text/css")]
    [InlineData("/dashboard/dashboard.js", "text/javascript")]
    [InlineData("/dashboard/kinds.js", "text/javascript")]
    public async Task TheDashboardsPage_IsToldToEveryone_AndHoldsNothing(string path, string type)
    {
        using var client = new HttpClient { BaseAddress = _silo.Host.Url };

        var answer = await client.GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain(_silo.Host.Token, text);
        Assert.DoesNotContain(_silo.Data, text);
        await Problem.SentenceAsync(HttpStatusCode.Unauthorized, await client.GetAsync(path.TrimEnd('/') + "/api/silo"));
    }

    [Fact]
    public async Task AnUnknownPath_IsAProblem() =>
        Assert.Contains("nothing at /api/nothing", await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.GetAsync("/api/nothing")));

    [Fact]
    public async Task AWrongMethod_IsAProblem() =>
        Assert.Contains("takes no DELETE", await Problem.SentenceAsync(HttpStatusCode.MethodNotAllowed, await _silo.Client.DeleteAsync("/api/experiments")));

    [Fact]
    public async Task TheSilo_TellsWhoItIs()
    {
        var info = JsonNode.Parse(await _silo.Client.GetStringAsync("/api/silo"))!;

        Assert.Equal("test", (string)info["name"]!);
        Assert.Equal(_silo.Data, (string)info["data"]!);
        Assert.Equal(_silo.Host.Runtime, (string)info["runtime"]!);
        Assert.Equal(_silo.Host.Incarnation, (string)info["incarnation"]!);
    }

    [Fact]
    public async Task TheDocument_DescribesEveryPath()
    {
        var document = JsonNode.Parse(await _silo.Client.GetStringAsync("/openapi/v1.json"))!;

        Assert.Equal(
            [
                "/api/consents", "/api/consents/{id}/revoke", "/api/devices", "/api/experiments", "/api/experiments/{id}", "/api/experiments/{id}/cancel",
                "/api/experiments/{id}/events", "/api/experiments/{id}/pause", "/api/experiments/{id}/priority", "/api/experiments/{id}/report", "/api/experiments/{id}/report/files/{name}", "/api/experiments/{id}/report/ticket",
                "/api/experiments/{id}/results", "/api/experiments/{id}/resume",
                "/api/experiments/{id}/retry", "/api/experiments/{id}/submission", "/api/experiments/{id}/table", "/api/folders", "/api/folders/{key}", "/api/plans", "/api/proposals", "/api/role", "/api/runs/{runId}",
                "/api/runs/{runId}/drawings", "/api/runs/{runId}/drawings/{name}",
                "/api/runs/{runId}/files", "/api/runs/{runId}/files/{path}", "/api/runs/{runId}/gallery", "/api/runs/{runId}/log", "/api/runs/{runId}/log/events",
                "/api/runs/{runId}/publication", "/api/runs/{runId}/training/{icon}", "/api/silo",
                "/api/tokens", "/api/tokens/{name}",
            ],
            document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
        var schemas = document["components"]!["schemas"]!;
        Assert.Equal("#/components/schemas/EquatableListOfCellStatus", (string)schemas["ExperimentStatus"]!["properties"]!["cells"]!["$ref"]!);
        Assert.Equal("array", (string)schemas["EquatableListOfCellStatus"]!["type"]!);
        Assert.Equal("#/components/schemas/CellStatus", (string)schemas["EquatableListOfCellStatus"]!["items"]!["$ref"]!);
        Assert.Equal("number", (string)schemas["Scores"]!["properties"]!["fid"]!["type"]!);
        Assert.Equal("string", (string)schemas["SiloInfo"]!["properties"]!["uptime"]!["type"]!);
    }
}
