using System.Net;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>Folders of pictures as browsers send them, and the experiments that are proposed on them.</summary>
public sealed class FolderFormTests : IAsyncLifetime
{
    private static readonly Consent Painter = new("A. Painter", "CC BY 4.0");

    private readonly TemporaryFolder _folder = new();
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync();

    public async Task DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    private FolderSpec Spec => new() { Path = _folder["icons"], ImageSize = 8 };

    private string Datasets => Path.Combine(_silo.Data, "datasets");

    [Fact]
    public async Task ASentFolder_IsTheDataSetThatARunHereMakesOfIt_WithTheSameWarnings()
    {
        for (byte i = 0; i < 4; i++) Add($"{i}.png", Png(i));
        Add("in/b.dat", Png(5, side: 4));
        Add(".hidden.png", Png(6));
        Add(".git/a.png", Png(7));
        Add("contact-sheet.png", Png(8));
        Add("<script>alert(1)</script>".Replace('/', '-'), "no picture"u8.ToArray());
        Painter.Write(_folder["icons"]);
        var warnings = new List<string>();
        var expected = DatasetSource.Prepare(Spec, TimeProvider.System, warn: warnings.Add);

        var prepared = await TestSilo.ReadAsync<PreparedFolder>(await SendAsync("/api/folders", new DatasetsOrder { Datasets = [Spec], Name = "icons", Files = Names() }));

        Assert.Equal([expected.Fingerprint], prepared.Fingerprints);
        Assert.Equal(5, warnings.Count);
        Assert.Equal(warnings, prepared.Warnings);
        Assert.Equal(expected.Training.Pixels.Data, new DatasetStore(Datasets).Load(expected.Fingerprint).Training.Pixels.Data);
        Assert.Empty(Directory.EnumerateDirectories(Datasets));
    }

    [Fact]
    public async Task AProposal_FitsTheTime_AndCanBeSubmittedAsItIs()
    {
        for (byte i = 0; i < 12; i++) Add($"{i}.png", Png(i, side: 40));
        var budget = TimeSpan.FromHours(1);

        var proposed = await TestSilo.ReadAsync<ProposedExperiment>(await ProposeAsync(new() { Name = "my icons!", Files = Names(), Budget = budget, Consent = Painter }));

        Assert.StartsWith("my-icons-", proposed.Experiment.Name);
        Assert.Equal((12, "A. Painter"), (proposed.Report.Icons + proposed.Report.HeldOut, proposed.Report.Consent?.Artist));
        Assert.Equal(2, proposed.Plan.Runs.Count);
        Assert.Equal(proposed.Experiment.Runs, proposed.Plan.Runs.Select(run => run.Spec));
        Assert.InRange(proposed.Time, budget * 0.5, budget);
        var submitted = await TestSilo.ReadAsync<ExperimentStatus>(await _silo.SubmitAsync(proposed.Experiment, proposed.Fingerprint, proposed.Fingerprint));
        Assert.Equal(ExperimentState.Running, submitted.State);
        Assert.Equal("A. Painter", Assert.Single(new ConsentRegistry(Path.Combine(_silo.Data, "consents"), TimeProvider.System).Of(proposed.Fingerprint)).Consent.Artist);
    }

    [Fact]
    public async Task WithoutAWordOfConsent_NothingIsProposed()
    {
        for (byte i = 0; i < 4; i++) Add($"{i}.png", Png(i, side: 40));
        var order = new ProposalOrder { Name = "icons", Files = Names(), Budget = TimeSpan.FromHours(1) };

        Assert.Contains("consent is stated", await RefusedAsync(await ProposeAsync(order)));
        Assert.Contains("one or the other", await RefusedAsync(await ProposeAsync(order with { Consent = Painter, NoConsent = true })));
        Assert.Contains("artist", await RefusedAsync(await ProposeAsync(order with { Consent = new(" ", "CC BY 4.0") })));
        Assert.Null((await TestSilo.ReadAsync<ProposedExperiment>(await ProposeAsync(order with { NoConsent = true }))).Report.Consent);
    }

    [Theory]
    [InlineData("../a.png")]
    [InlineData("/etc/a.png")]
    [InlineData("in\\a.png")]
    [InlineData("a\n.png")]
    [InlineData("in/")]
    [InlineData("")]
    public async Task ANameThatIsNoLabel_IsRefused(string name)
    {
        Add("a.png", Png(1));
        Add("b.png", Png(2));

        await RefusedAsync(await SendAsync("/api/folders", new DatasetsOrder { Datasets = [Spec], Name = "icons", Files = [name, "b.png"] }, ["a.png", "b.png"]));
        await RefusedAsync(await SendAsync("/api/folders", new DatasetsOrder { Datasets = [Spec], Name = name, Files = ["a.png", "b.png"] }));
        await RefusedAsync(await SendAsync("/api/folders", new DatasetsOrder { Datasets = [Spec], Name = "icons", Files = ["a.png", "a.png"] }));
        await RefusedAsync(await SendAsync("/api/folders", new DatasetsOrder { Datasets = [Spec], Name = "icons", Files = ["a.png", "b.png", "c.png"] }, ["a.png", "b.png"]));
    }

    // Some hundred bytes that say of themselves to be 60,000 pixels wide and high, which would fill 14 GB.
    [Fact]
    public async Task APictureThatWouldFillTheMemory_IsRefusedByItsName()
    {
        Add("a.png", Png(1));
        Add("bomb.png", PngBytes.HeaderOnly(60_000, 60_000));

        Assert.Contains("bomb.png", await RefusedAsync(await SendAsync("/api/folders", new DatasetsOrder { Datasets = [Spec], Name = "icons", Files = Names() })));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task TenThousandFiles_AreLookedThrough()
    {
        Add("a.png", Png(1));
        Add("b.png", Png(2));
        Add("n.txt", "nothing"u8.ToArray());
        string[] others = [.. Enumerable.Range(0, 9_998).Select(i => $"{i:0000}.txt")];

        var prepared = await TestSilo.ReadAsync<PreparedFolder>(await SendAsync(
            "/api/folders", new DatasetsOrder { Datasets = [Spec], Name = "icons", Files = ["a.png", "b.png", .. others] }, ["a.png", "b.png", .. others.Select(_ => "n.txt")]));

        Assert.Contains("9998 file(s) left out", Assert.Single(prepared.Warnings));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    public async Task AnotherContentType_IsRefused(string type)
    {
        using var content = new StringContent("{}");
        content.Headers.ContentType = new(type);

        await Problem.SentenceAsync(HttpStatusCode.UnsupportedMediaType, await _silo.Client.PostAsync("/api/folders", content));
    }

    [Fact]
    public async Task AnExperimentFile_IsPlanned_AndItsFoldersAreNamed()
    {
        var planned = await TestSilo.ReadAsync<PlannedExperiment>(await PlanAsync("""
            { // as people write them
              "name": "mine",
              "dataset": { "source": "folder", "path": "icons", "imageSize": 32 },
              "grid": { "seed": [1, 2] },
              "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1] } },
              "training": { "steps": 50 },
            }
            """));

        Assert.Equal((2, "mine"), (planned.Plan.Runs.Count, planned.Experiment.Name));
        Assert.All(planned.Plan.Runs, run => Assert.True(run is { Steps: 50, MemoryBytes: > 0, Parameters: > 0 } && run.TrainingTime > TimeSpan.Zero));
        Assert.Equal([new((FolderSpec)planned.Experiment.Runs[0].Dataset, [0, 1])], planned.Folders);
        Assert.Contains("mine.json: unknown", await RefusedAsync(await PlanAsync("""{ "name": "mine", "modell": {} }""")), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("mine.json: not JSON", await RefusedAsync(await PlanAsync("name: mine")));
    }

    private Task<HttpResponseMessage> PlanAsync(string text) => _silo.Client.PostAsync("/api/plans", TestSilo.Json(new PlanOrder(text, "mine.json")));

    private Task<HttpResponseMessage> ProposeAsync(ProposalOrder order) => SendAsync("/api/proposals", order);

    private async Task<HttpResponseMessage> SendAsync<T>(string path, T order, IEnumerable<string>? contents = null)
        where T : FolderOrder
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(order, SpecJson.Compact)), "order", "order" } };
        foreach (var (i, file) in (contents ?? order.Files).Index())
            form.Add(new ByteArrayContent(await File.ReadAllBytesAsync(_folder[["icons", .. file.Split('/')]])), $"{i}", $"{i}");
        return await _silo.Client.PostAsync(path, form);
    }

    private async Task<string> RefusedAsync(HttpResponseMessage answer)
    {
        var sentence = await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, answer);
        Assert.Empty(Directory.Exists(Datasets) ? Directory.EnumerateFileSystemEntries(Datasets) : []);
        return sentence;
    }

    // In the order of the disk, which is nobody's.
    private EquatableList<string> Names() =>
        [.. Directory.EnumerateFiles(_folder["icons"], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default }).Select(path => Path.GetRelativePath(_folder["icons"], path))];

    private void Add(string name, byte[] content)
    {
        var path = _folder[["icons", .. name.Split('/')]];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private static byte[] Png(byte shade, int side = 8) => ImageFile.EncodePng(new Image(side, side, new Rgb(shade, (byte)(shade * 20), 7)));
}
