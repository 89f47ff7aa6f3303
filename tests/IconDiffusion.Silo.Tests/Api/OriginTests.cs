using System.Net;
using System.Net.Http.Headers;
using IconDiffusion.Silo.Tests.Hosting;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>Pages of other sites get nothing of a silo out of a visitor's browser, even with its token.</summary>
public sealed class OriginTests : IAsyncLifetime
{
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(options => options.Hosts = ["desktop.example.org"]);

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("192.168.1.20", true)]
    [InlineData("localhost", true)]
    [InlineData("desktop", true)]
    [InlineData("Desktop.local", true)]
    [InlineData("desktop.home.arpa.", true)]
    [InlineData("desktop.example.org", true)]
    [InlineData("rebound.example.com", false)]
    [InlineData("desktop.example.org.evil.com", false)]
    [InlineData("127.0.0.1.evil.com", false)]
    [InlineData("evil-local.com", false)]
    public async Task AskedByAName_ThatTheInternetsDnsMayHold_ItDoesNotAnswer(string host, bool isOwn)
    {
        foreach (var path in (string[])["/", "/api/silo", "/dashboard/dashboard.js"])
            await AnsweredAsync(new(HttpMethod.Get, path) { Headers = { Host = $"{host}:{_silo.Host.Url.Port}" } }, isOwn ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest);
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT", true)]
    [InlineData("http://127.0.0.1:1", false)]
    [InlineData("http://evil.com", false)]
    [InlineData("http://evil127.0.0.1:PORT", false)]
    [InlineData("null", false)]
    public async Task APageOfAnotherOrigin_GetsNothingDone(string origin, bool isOwn)
    {
        var id = await _silo.SubmitAsync();
        foreach (var path in (string[])[$"/api/experiments/{id}/pause", $"/api/experiments/{id}/cancel"])
            await AnsweredAsync(
                new(HttpMethod.Post, path) { Headers = { { "Origin", origin.Replace("PORT", $"{_silo.Host.Url.Port}", StringComparison.Ordinal) } } }, isOwn ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        Assert.Contains(isOwn ? "cancelled" : "running", await _silo.Client.GetStringAsync($"/api/experiments/{id}"));
    }

    private async Task AnsweredAsync(HttpRequestMessage request, HttpStatusCode wanted)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _silo.Host.Token);
        using var answer = await _silo.Client.SendAsync(request);
        Assert.Equal(wanted, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }
}
