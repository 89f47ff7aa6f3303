using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Tests.Hosting;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>Other machines reach the API by HTTPS alone; this machine's programs by plain HTTP too.</summary>
public sealed class HttpsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheAddressForOthers_IsBelievedByItsFingerprint_AndNoOtherIs()
    {
        await using var silo = await TestSilo.StartInAsync(_folder.Path, options => options.Listen = "0.0.0.0");
        var (port, fingerprint) = (silo.Host.Url.Port, new Uri(silo.Host.UrlForOthers!).Fragment);

        using var known = Client(silo, $"https://127.0.0.1:{port}{fingerprint}");
        using var wrong = Client(silo, $"https://127.0.0.1:{port}#{new string('0', 64)}");
        using var unnamed = Client(silo, $"https://127.0.0.1:{port}");

        Assert.Equal(Environment.MachineName, new Uri(silo.Host.UrlForOthers!).Host, ignoreCase: true);
        Assert.Equal("test", (await known.GetSiloAsync(default)).Name);
        Assert.Equal(2, (await Assert.ThrowsAsync<SiloException>(() => wrong.GetSiloAsync(default))).ExitCode);
        Assert.Equal(2, (await Assert.ThrowsAsync<SiloException>(() => unnamed.GetSiloAsync(default))).ExitCode);
        Assert.Equal("http", silo.Host.Url.Scheme);
        Assert.True((await silo.Client.GetAsync("/api/silo")).IsSuccessStatusCode);
    }

    [SkippableFact]
    public async Task WhoIsNotOnTheLoopback_GetsNothingWithoutEncryption()
    {
        var outside = NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Select(each => each.Address).FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Skip.If(outside is null, "This machine has no address but the loopback's.");
        await using var silo = await TestSilo.StartInAsync(_folder.Path, options => options.Listen = "0.0.0.0");
        using var plain = new HttpClient { BaseAddress = new($"http://{outside}:{silo.Host.Url.Port}") };
        using var encrypted = Client(silo, $"https://{outside}:{silo.Host.Url.Port}{new Uri(silo.Host.UrlForOthers!).Fragment}");

        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync("/health/live"));
        Assert.Equal("test", (await encrypted.GetSiloAsync(default)).Name);
    }

    [Fact]
    public async Task TheAuthorityStays_AndACertificateOfTheUsersIsShownInItsPlace()
    {
        string first;
        await using (var silo = await TestSilo.StartInAsync(_folder.Path, options => options.Listen = "0.0.0.0"))
            first = new Uri(silo.Host.UrlForOthers!).Fragment;
        await using (var silo = await TestSilo.StartInAsync(_folder.Path, options => options.Listen = "0.0.0.0"))
            Assert.Equal(first, new Uri(silo.Host.UrlForOthers!).Fragment);

        using var authority = ClusterAuthority.Ensure(_folder["users"], TimeProvider.System);
        var (certificate, key) = authority.Issue("desktop");
        File.WriteAllText(_folder["own.crt"], certificate);
        File.WriteAllText(_folder["own.key"], key);
        await using var own = await TestSilo.StartInAsync(_folder.Path, options => (options.Listen, options.Certificate, options.Key) = ("0.0.0.0", _folder["own.crt"], _folder["own.key"]));
        using var pinned = Client(own, $"https://127.0.0.1:{own.Host.Url.Port}{first}");

        Assert.Equal("", new Uri(own.Host.UrlForOthers!).Fragment);
        Assert.Equal(2, (await Assert.ThrowsAsync<SiloException>(() => pinned.GetSiloAsync(default))).ExitCode);
        Assert.Equal("CN=desktop", await SubjectAsync(own.Host.Url.Port));
    }

    [Fact]
    public async Task WithoutEncryption_OthersAreLetInOnlyWhereThatIsSaid()
    {
        await using (var silo = await TestSilo.StartInAsync(_folder.Path, options => (options.Listen, options.PlainHttp) = ("0.0.0.0", true)))
            Assert.Equal("http", new Uri(silo.Host.UrlForOthers!).Scheme);

        File.WriteAllText(_folder["no.crt"], "no certificate");
        foreach (var options in new SiloOptions[]
        {
            new() { Listen = "0.0.0.0", Certificate = _folder["no.crt"] },
            new() { Listen = "0.0.0.0", Certificate = _folder["nowhere.crt"] },
        })
            Assert.Throws<SiloOptionsException>(() => ApiCertificate.Of(options));
        Assert.Null(ApiCertificate.Of(new() { Data = _folder.Path }));
    }

    private static SiloClient Client(TestSilo silo, string url) => new(() => SiloEndpoint.Find([url], [silo.Host.Token], new(silo.Data)));

    private static async Task<string> SubjectAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var subject = "";
        await using var tls = new System.Net.Security.SslStream(client.GetStream(), false, (_, certificate, _, _) => (subject = certificate?.Subject ?? "").Length > 0);
        await tls.AuthenticateAsClientAsync("localhost");
        return subject;
    }
}
