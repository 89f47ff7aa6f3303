using System.Net;
using System.Text.Json;
using IconDiffusion.Client;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>Folders of images, sent as the client sends them.</summary>
public sealed class FolderTests : IAsyncLifetime
{
    private const int MostBytes = 64 << 10;

    private readonly TemporaryFolder _folder = new();
    private TestSilo _silo = null!;
    private SiloClient _client = null!;

    public async Task InitializeAsync()
    {
        _silo = await TestSilo.StartAsync(options => options.MaxDatasetBytes = MostBytes);
        _client = new(() => [new(_silo.Host.Url, _silo.Host.Token, null, "")]);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    private FolderSpec Spec => new() { Path = _folder["icons"], ImageSize = 8 };

    private string Datasets => Path.Combine(_silo.Data, "datasets");

    [Fact]
    public async Task ASentFolder_IsTheDataSetThatARunHereMakesOfIt_WithTheSameWarnings()
    {
        Add("icons/a.png", 1);
        Add("icons/in/b.png", 2, side: 4);
        Add("icons/.hidden.png", 3);
        Add("elsewhere/c.dat", 4);
        File.WriteAllText(_folder["icons", "notes.txt"], "nothing to look at");
        new Consent("A. Painter", "CC BY 4.0").Write(_folder["icons"]);
        Directory.CreateSymbolicLink(_folder["icons", "linked"], "../elsewhere");
        Directory.CreateSymbolicLink(_folder["icons", "in", "loop"], "..");
        var warnings = new List<string>();
        var expected = DatasetSource.Prepare(Spec, TimeProvider.System, warn: warnings.Add);
        var told = new List<string>();

        var fingerprints = await _client.PrepareAsync([Spec, Spec with { ImageSize = 16 }, Spec], told.Add, CancellationToken.None);

        Assert.Equal(expected.Fingerprint, fingerprints[Spec]);
        Assert.NotEqual(expected.Fingerprint, fingerprints[Spec with { ImageSize = 16 }]);
        Assert.True(warnings.Count > 3);
        Assert.Equal(warnings, told[..warnings.Count]);
        var kept = new DatasetStore(Datasets).Load(expected.Fingerprint);
        Assert.Equal(["a.png", "in/b.png", "linked/c.dat"], kept.Training.Names);
        Assert.Equal(expected.Training.Pixels.Data, kept.Training.Pixels.Data);
        Assert.Equal("A. Painter", Assert.Single(new ConsentRegistry(Path.Combine(_silo.Data, "consents"), TimeProvider.System).Of(expected.Fingerprint)).Consent.Artist);
        Assert.Empty(Directory.EnumerateDirectories(Datasets));
        Assert.Equal(HttpStatusCode.Accepted, (await _silo.SubmitAsync(TestSilo.Tiny() with { Runs = [TestSilo.Tiny().Runs[0] with { Dataset = Spec }] }, expected.Fingerprint)).StatusCode);
    }

    [Fact]
    public async Task ASentFoldersTags_AreThoseThatARunHereReads()
    {
        Add("icons/a.png", 1);
        Add("icons/in/b.png", 2);
        File.WriteAllText(_folder["icons", "tags.csv"], "a.png,beard\nin/b.png,red hair\n");
        var spec = Spec with { Tags = true };

        var fingerprints = await _client.PrepareAsync([Spec, spec], _ => { }, CancellationToken.None);

        Assert.Equal(DatasetSource.Prepare(spec, TimeProvider.System).Fingerprint, fingerprints[spec]);
        Assert.NotEqual(fingerprints[Spec], fingerprints[spec]);
        Assert.Equal(["beard", "red hair"], new DatasetStore(Datasets).Load(fingerprints[spec]).Tags!.Names);
    }

    [Fact]
    public async Task WhatAKilledSiloWasSent_IsGoneOnceItHasStartedAgain()
    {
        using var data = new TemporaryFolder();
        var datasets = Path.Combine(data.Path, "datasets");
        foreach (var left in (string[])[$".upload-test-{Guid.NewGuid():N}", $".upload-{Guid.NewGuid():N}"])
        {
            Directory.CreateDirectory(Path.Combine(datasets, left));
            File.WriteAllText(Path.Combine(datasets, left, "0"), "half an image");
        }
        File.WriteAllText(Path.Combine(datasets, "other"), "no upload");

        await using var silo = await TestSilo.StartInAsync(data.Path);

        Assert.Equal(["other"], Directory.GetFileSystemEntries(datasets).Select(Path.GetFileName));
    }

    [Fact]
    public async Task OnlyTheImagesThatAreTrainedOn_AreSent()
    {
        for (byte i = 0; i < 5; i++) Add($"icons/{i}.png", i);
        var spec = Spec with { Count = 3 };
        var (offer, images) = Offer(spec, used: 3);

        var prepared = await _client.PrepareAsync(offer, images, CancellationToken.None);

        Assert.Equal(DatasetSource.Prepare(spec, TimeProvider.System).Fingerprint, Assert.Single(prepared.Fingerprints));
    }

    [Fact]
    public async Task AKnownFolder_IsNotSentAgain_UnlessItsDataSetIsGone()
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        File.WriteAllText(_folder["icons", "notes.txt"], "");
        var (offer, images) = Offer(Spec, used: 2);
        var first = await _client.PrepareAsync(offer, images, CancellationToken.None);

        // Files that are not there could not be sent.
        var again = await _client.PrepareAsync(offer, ["nowhere/0", "nowhere/1"], CancellationToken.None);

        Assert.Equal(first, again);
        Assert.Single(again.Warnings);
        File.Delete(new DatasetStore(Datasets).PathOf(first.Fingerprints[0]));
        Assert.Equal(first, await _client.PrepareAsync(offer, images, CancellationToken.None));
        Assert.True(new DatasetStore(Datasets).Contains(first.Fingerprints[0]));
    }

    [Fact]
    public async Task FoldersThatComeAtTheSameInstant_AreAllPrepared()
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        var (offer, images) = Offer(Spec, used: 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PutAsync(offer, images)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Theory]
    [InlineData("../a.png")]
    [InlineData("in/../../a.png")]
    [InlineData("/etc/a.png")]
    [InlineData("in//a.png")]
    [InlineData("./a.png")]
    [InlineData("C:/a.png")]
    [InlineData("in\\a.png")]
    [InlineData("a\n.png")]
    [InlineData("")]
    public async Task ANameThatIsNoLabel_IsRefused(string label)
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        var (offer, images) = Offer(Spec, used: 2);
        var (first, second) = (offer.Listing.Images[0], offer.Listing.Images[1]);

        await RefusedAsync(offer with { Listing = offer.Listing with { Images = [first with { Label = label }, second] } }, images);
        await RefusedAsync(offer with { Listing = offer.Listing with { Others = [label] } }, images);
    }

    // Names of Windows' devices are labels as others are: no file is ever called so.
    [Fact]
    public async Task NamesOfDevices_AreLabels_AndImagesLieNowhere()
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        var (offer, images) = Offer(Spec, used: 2);
        offer = offer with { Listing = offer.Listing with { Images = [new("NUL", ""), new("com1.png", "")] } };

        var prepared = await _client.PrepareAsync(offer, images, CancellationToken.None);

        Assert.Equal(["NUL", "com1.png"], new DatasetStore(Datasets).Load(prepared.Fingerprints[0]).Training.Names);
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(Datasets).Count());
    }

    [Fact]
    public async Task AnotherImageThanWasOffered_TooFewOfThem_AndAnotherKey_AreRefused()
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        var (offer, images) = Offer(Spec, used: 2);

        await RefusedAsync(offer, [images[1], images[0]]);
        await RefusedAsync(offer, [images[0]]);
        await RefusedAsync(offer with { Hashes = [offer.Hashes[0]] }, images);
        await RefusedAsync(offer with { Datasets = [] }, images);
        await RefusedAsync(offer, images, key: new('0', 64));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1500)]
    public async Task HalfAFolder_IsRefused(int bytes)
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        var (offer, images) = Offer(Spec, used: 2);
        var whole = await new FolderArchive(Json(offer), images).ReadAsByteArrayAsync();

        var answer = await _silo.Client.PutAsync(PathOf(offer), new ByteArrayContent(whole[..bytes]) { Headers = { ContentType = new("application/x-tar") } });

        await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, answer);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Datasets));
    }

    [Fact]
    public async Task AnUnreadableImage_IsToldByItsName_AndNothingIsKept()
    {
        Add("icons/a.png", 1);
        File.WriteAllText(_folder["icons", "broken.png"], "no picture");

        var refusal = await Assert.ThrowsAsync<SiloException>(() => _client.PrepareAsync([Spec], _ => { }, CancellationToken.None));

        Assert.Equal(ExitCode.WrongInput, refusal.ExitCode);
        Assert.Contains($"{_folder["icons"]}/broken.png", refusal.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Datasets));
    }

    [Fact]
    public async Task AConsentThatHasEnded_OrIsRevoked_RefusesTheFolder()
    {
        Add("icons/a.png", 1);
        Add("icons/b.png", 2);
        new Consent("A. Painter", "CC BY 4.0", Expiry: new DateOnly(2020, 1, 1)).Write(_folder["icons"]);
        var ended = await Assert.ThrowsAsync<SiloException>(() => _client.PrepareAsync([Spec], _ => { }, CancellationToken.None));
        var consent = new Consent("A. Painter", "CC BY 4.0");
        consent.Write(_folder["icons"]);
        await _client.PrepareAsync([Spec], _ => { }, CancellationToken.None);
        new ConsentRegistry(Path.Combine(_silo.Data, "consents"), TimeProvider.System).Revoke(ConsentRegistry.IdOf(consent), null);

        var revoked = await Assert.ThrowsAsync<SiloException>(() => _client.PrepareAsync([Spec], _ => { }, CancellationToken.None));

        Assert.Contains("2020-01-01", ended.Message);
        Assert.Contains("was revoked", revoked.Message);
    }

    [Fact]
    public async Task TooLargeAFolder_IsRefusedBeforeItIsSent()
    {
        Add("icons/a.png", 1);
        File.WriteAllBytes(_folder["icons", "b.png"], new byte[MostBytes]);

        var refusal = await Assert.ThrowsAsync<SiloException>(() => _client.PrepareAsync([Spec], _ => { }, CancellationToken.None));

        Assert.Contains("too large", refusal.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Datasets));
    }

    [Fact]
    public async Task AnotherContentType_IsRefused()
    {
        var answer = await _silo.Client.PutAsync($"/api/folders/{new string('0', 64)}", new StringContent("text"));

        Assert.Contains("takes no content of type 'text/plain", await Problem.SentenceAsync(HttpStatusCode.UnsupportedMediaType, answer));
    }

    private async Task RefusedAsync(FolderOffer offer, IReadOnlyList<string> images, string? key = null)
    {
        await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await PutAsync(offer, images, key));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Datasets));
    }

    private Task<HttpResponseMessage> PutAsync(FolderOffer offer, IReadOnlyList<string> images, string? key = null) =>
        _silo.Client.PutAsync(key is null ? PathOf(offer) : $"/api/folders/{key}", new FolderArchive(Json(offer), images));

    private (FolderOffer Offer, string[] Images) Offer(FolderSpec spec, int used)
    {
        var listing = FolderWalk.List(spec.Path);
        string[] images = [.. listing.Images.Take(used).Select(image => image.Path)];
        return (new()
        {
            Datasets = [spec],
            Listing = listing,
            Hashes = [.. images.Select(path => FolderOffer.KeyOf(File.ReadAllBytes(path)))],
        }, images);
    }

    private void Add(string name, byte shade, int side = 8)
    {
        var path = _folder[name.Split('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, ImageFile.EncodePng(new Image(side, side, new Rgb(shade, (byte)(shade * 40), 7))));
    }

    private static string PathOf(FolderOffer offer) => $"/api/folders/{FolderOffer.KeyOf(Json(offer))}";

    private static byte[] Json(FolderOffer offer) => JsonSerializer.SerializeToUtf8Bytes(offer, SpecJson.Compact);
}
