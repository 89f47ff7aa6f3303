using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class RunFileTests : IClassFixture<SharedSilo>
{
    private const string Run = "0123456789ab";
    private const string Files = $"/api/runs/{Run}/files";
    private static readonly byte[] Picture = [0x89, (byte)'P', (byte)'N', (byte)'G', 1, 2, 3, 4];
    private readonly TestSilo _silo;

    public RunFileTests(SharedSilo shared)
    {
        _silo = shared.Silo;
        Directory.CreateDirectory(PathOf("results", "abc"));
        File.WriteAllBytes(PathOf("results", "abc", "gallery.png"), Picture);
        File.WriteAllText(PathOf("loss.jsonl"), "{\"step\":1}\n");
        File.WriteAllText(PathOf("run.lock"), "");
        File.WriteAllText(PathOf(".half.tmp"), "");
    }

    [Fact]
    public async Task TheList_HoldsEveryFileButLocksAndHalfWrittenOnes()
    {
        var files = await TestSilo.ReadAsync<RunFile[]>(await _silo.Client.GetAsync(Files));

        Assert.Equal([("loss.jsonl", 11L), ("results/abc/gallery.png", 8L)], files.Where(f => f.Path != "growing.jsonl").Select(file => (file.Path, file.Bytes)));
    }

    [Fact]
    public async Task APicture_ComesAsAPicture()
    {
        var answer = await _silo.Client.GetAsync($"{Files}/results/abc/gallery.png");

        Assert.Equal(Picture, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task ARange_ComesAlone()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Files}/results/abc/gallery.png") { Headers = { Range = new RangeHeaderValue(2, 4) } };

        var answer = await _silo.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(Picture[2..5], await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task AFileThatTheClientHas_IsNotSentAgain()
    {
        var first = await _silo.Client.GetAsync($"{Files}/results/abc/gallery.png");
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Files}/results/abc/gallery.png") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        Assert.Equal(HttpStatusCode.NotModified, (await _silo.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task AFileThatGrowsWhileItIsSent_HasTheLengthThatWasAnnounced()
    {
        const int Length = 8 << 20; // more than the connection's buffers hold
        await File.WriteAllBytesAsync(PathOf("growing.jsonl"), new byte[Length]);
        using var answer = await _silo.Client.GetAsync($"{Files}/growing.jsonl", HttpCompletionOption.ResponseHeadersRead);

        await File.AppendAllTextAsync(PathOf("growing.jsonl"), "more");

        Assert.Equal(Length, (await answer.Content.ReadAsByteArrayAsync()).Length);
    }

    [Theory]
    [InlineData("/api/runs/0123456789ab/files/../../../token")]
    [InlineData("/api/runs/0123456789ab/files/..%2f..%2f..%2ftoken")]
    [InlineData("/api/runs/0123456789ab/files/%2e%2e/%2e%2e/%2e%2e/token")]
    [InlineData("/api/runs/0123456789ab/files/..%5c..%5c..%5ctoken")]
    [InlineData("/api/runs/0123456789ab/files/results/../../../token")]
    [InlineData("/api/runs/0123456789ab/files/%252e%252e/token")]
    [InlineData("/api/runs/0123456789ab/files//etc/passwd")]
    [InlineData("/api/runs/0123456789ab/files/%2fetc%2fpasswd")]
    [InlineData("/api/runs/0123456789ab/files/loss.jsonl%00.png")]
    [InlineData("/api/runs/0123456789ab/files/.half.tmp")]
    [InlineData("/api/runs/0123456789ab/files/run.lock")]
    [InlineData("/api/runs/0123456789ab/files/results")]
    [InlineData("/api/runs/0123456789ab/files/results/")]
    [InlineData("/api/runs/0123456789ab/files/C:%5ctoken")]
    [InlineData("/api/runs/..%2f..%2f/files/token")]
    [InlineData("/api/runs/../files/token")]
    [InlineData("/api/runs/%2e%2e/files/token")]
    [InlineData("/api/runs/0123456789AB/files/loss.jsonl")]
    [InlineData("/api/runs/0123456789abc/files/loss.jsonl")]
    [InlineData("/api/runs/ffffffffffff/files/loss.jsonl")]
    [InlineData("/api/runs/ffffffffffff/files")]
    [InlineData("/api/experiments/..%2f..%2ftoken")]
    [InlineData("/api/experiments/%2e%2e/table")]
    [InlineData("/api/experiments/a%00b")]
    [InlineData("/api/experiments/a%20b/results")]
    [InlineData("/api/folders/..%2f..%2ftoken")]
    [InlineData("/api/folders/0000")]
    public async Task ANameThatLeadsOut_FindsNothing(string path)
    {
        var answer = await RawAsync(path);

        Assert.Matches("^HTTP/1.1 (400|404|405) ", answer);
        Assert.DoesNotContain(_silo.Host.Token, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ALinkThatLeadsOut_FindsNothing()
    {
        if (OperatingSystem.IsWindows())
            throw new SkipException("Links want rights there.");
        const string Linked = "aaaaaaaaaaaa";
        var folder = Path.Combine(_silo.Data, "runs", Linked);
        Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(Path.Combine(folder, "token.txt"), Path.Combine(_silo.Data, "token"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "etc"), "/etc");

        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.GetAsync($"/api/runs/{Linked}/files/token.txt"));
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.GetAsync($"/api/runs/{Linked}/files/etc/passwd"));
        Assert.Empty(await TestSilo.ReadAsync<RunFile[]>(await _silo.Client.GetAsync($"/api/runs/{Linked}/files")));
    }

    // HttpClient would tidy the path up before it sends it.
    private async Task<string> RawAsync(string path)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(_silo.Host.Url.Host, _silo.Host.Url.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: silo\r\nAuthorization: Bearer {_silo.Host.Token}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private string PathOf(params string[] parts) => Path.Combine([_silo.Data, "runs", Run, .. parts]);
}
