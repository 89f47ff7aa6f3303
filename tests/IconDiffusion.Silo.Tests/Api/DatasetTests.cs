using System.Net;
using System.Net.Http.Headers;
using IconDiffusion.Data;
using IconDiffusion.Silo.Tests.Hosting;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class DatasetTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly IconDataset _dataset = TestSilo.TwoIcons();
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(options => options.MaxDatasetBytes = 4096);

    public async Task DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task AnUploadedDataset_IsThere()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync(_dataset.Fingerprint)).StatusCode);

        Assert.Equal(HttpStatusCode.Created, (await PutAsync(_dataset.Fingerprint, Content())).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await HeadAsync(_dataset.Fingerprint)).StatusCode);
        Assert.Equal(_dataset.Pixels, new DatasetStore(Path.Combine(_silo.Data, "datasets")).Load(_dataset.Fingerprint).Pixels);
    }

    [Fact]
    public async Task TheSameDatasetAgain_ChangesNothing()
    {
        await PutAsync(_dataset.Fingerprint, Content());

        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(_dataset.Fingerprint, Content())).StatusCode);
    }

    [Fact]
    public async Task ARenewedConsent_ReplacesTheOldOne_AndBothAreOnRecord()
    {
        Consent old = new("A. Painter", "CC BY 4.0", Expiry: new DateOnly(2030, 1, 1)), renewed = old with { Expiry = null };
        await PutAsync(_dataset.Fingerprint, Content(old));
        Assert.Equal($"\"{ConsentRegistry.IdOf(old)}\"", (await HeadAsync(_dataset.Fingerprint)).Headers.ETag?.Tag);

        Assert.Equal(HttpStatusCode.Created, (await PutAsync(_dataset.Fingerprint, Content(renewed))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(_dataset.Fingerprint, Content(renewed))).StatusCode);

        Assert.Equal($"\"{ConsentRegistry.IdOf(renewed)}\"", (await HeadAsync(_dataset.Fingerprint)).Headers.ETag?.Tag);
        Assert.Equal(2, new ConsentRegistry(Path.Combine(_silo.Data, "consents"), TimeProvider.System).Of(_dataset.Fingerprint).Count);
    }

    [Fact]
    public async Task TwoUploadsAtTheSameInstant_BothSucceed()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PutAsync(_dataset.Fingerprint, Content())));

        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode));
        Assert.Equal(HttpStatusCode.OK, (await HeadAsync(_dataset.Fingerprint)).StatusCode);
    }

    [Fact]
    public async Task ContentOfAnotherFingerprint_IsNotKept()
    {
        var other = new string('0', 64);

        var sentence = await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await PutAsync(other, Content()));

        Assert.Contains("is not the data set 0000", sentence);
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync(other)).StatusCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_silo.Data, "datasets")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task HalfADataset_IsNotKept(int bytes) =>
        await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await PutAsync(_dataset.Fingerprint, Content()[..bytes]));

    [Fact]
    public async Task AHeaderThatLies_IsNotKept() =>
        await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await PutAsync(_dataset.Fingerprint, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2]));

    [Fact]
    public async Task TooLargeADataset_IsRefused()
    {
        Assert.Contains("too large", await Problem.SentenceAsync(HttpStatusCode.RequestEntityTooLarge, await PutAsync(_dataset.Fingerprint, new byte[5000])));
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync(_dataset.Fingerprint)).StatusCode);
    }

    [Fact]
    public async Task AnotherContentType_IsRefused()
    {
        var answer = await _silo.Client.PutAsync($"/api/datasets/{_dataset.Fingerprint}", new StringContent("text"));

        Assert.Contains("takes no content of type 'text/plain", await Problem.SentenceAsync(HttpStatusCode.UnsupportedMediaType, answer));
    }

    private byte[] Content(Consent consent) => File.ReadAllBytes(new DatasetStore(_folder.Path).Save(new(_dataset.Spec, _dataset.Names, _dataset.Pixels, consent: consent)));

    private byte[] Content() => File.ReadAllBytes(new DatasetStore(_folder.Path).Save(_dataset));

    private Task<HttpResponseMessage> HeadAsync(string fingerprint) => _silo.Client.SendAsync(new(HttpMethod.Head, $"/api/datasets/{fingerprint}"));

    private Task<HttpResponseMessage> PutAsync(string fingerprint, byte[] content) =>
        _silo.Client.PutAsync($"/api/datasets/{fingerprint}", new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
}
