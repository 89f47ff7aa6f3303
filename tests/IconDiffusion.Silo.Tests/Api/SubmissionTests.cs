using System.Net;
using System.Text;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class SubmissionTests : IAsyncLifetime
{
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(options => (options.MaxBodyBytes, options.MaxCells) = (20_000, 4));

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public async Task ASubmittedExperiment_IsAcceptedAndFound()
    {
        var answer = await _silo.SubmitAsync(TestSilo.Tiny(), _silo.AddDataset());

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var status = await TestSilo.ReadAsync<ExperimentStatus>(answer);
        Assert.Equal($"/api/experiments/{status.Id}", answer.Headers.Location?.ToString());
        Assert.Equal(RunIdentity.Experiment(TestSilo.Tiny()), status.Id);
        Assert.Equal(status.Id, (await TestSilo.ReadAsync<ExperimentStatus>(await _silo.Client.GetAsync($"/api/experiments/{status.Id}"))).Id);
        Assert.Equal(status.Id, Assert.Single(await TestSilo.ReadAsync<ExperimentSummary[]>(await _silo.Client.GetAsync("/api/experiments"))).Id);
        var submission = await TestSilo.ReadAsync<Submission>(await _silo.Client.GetAsync($"/api/experiments/{status.Id}/submission"));
        Assert.Equal(TestSilo.Tiny(), submission.Experiment);
        Assert.Equal([TestSilo.TwoIcons().Fingerprint], submission.Fingerprints);
    }

    // Whoever works on it, its figures are of one network: the published one where the silo that was asked has its weights.
    [Fact]
    public async Task ANetworkThatIsLeftOpen_IsSettledByTheSilo()
    {
        var fingerprint = _silo.AddDataset();
        var tiny = TestSilo.Tiny();
        var open = tiny with { Runs = [tiny.Runs[0] with { Evaluation = new() }] };

        var without = await TestSilo.ReadAsync<ExperimentStatus>(await _silo.SubmitAsync(open, fingerprint));
        var weights = new DataFolder(_silo.Data).InceptionWeights;
        Directory.CreateDirectory(Path.GetDirectoryName(weights)!);
        await File.WriteAllTextAsync(weights, "");
        var with = await TestSilo.ReadAsync<ExperimentStatus>(await _silo.SubmitAsync(open, fingerprint));

        Assert.Equal(RunIdentity.Experiment(tiny), without.Id);
        Assert.Equal(RunIdentity.Experiment(open), with.Id);
    }

    [Fact]
    public async Task ASubmittedExperiment_ReachesADevice()
    {
        await _silo.SubmitAsync();

        var order = await _silo.Work.OrderAsync();

        Assert.Equal(TestSilo.TwoIcons().Fingerprint, ((RunWork)order.Spec).DatasetFingerprint);
        var device = Assert.Single(await TestSilo.ReadAsync<DeviceStatus[]>(await _silo.Client.GetAsync("/api/devices")));
        Assert.Equal(("test", order.Device), (device.Silo, device.Device.Id));
    }

    [Fact]
    public async Task TwoSubmissionsAtTheSameInstant_AreOneExperiment()
    {
        var fingerprint = _silo.AddDataset();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _silo.SubmitAsync(TestSilo.Tiny(), fingerprint)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Single(await TestSilo.ReadAsync<ExperimentSummary[]>(await _silo.Client.GetAsync("/api/experiments")));
        Assert.Equal(1, (await _silo.Work.OrderAsync()).Attempt);
    }

    [Theory]
    [InlineData("", "not JSON at line 1, column 1")]
    [InlineData("{ \"experiment\": ", "not JSON at line 1")]
    [InlineData("{\n  \"experiment\": { nonsense } }", "not JSON at line 2, column 19")]
    [InlineData("[]", "which is an object")]
    [InlineData("null", "which is an object")]
    [InlineData("{}", "submission lacks the key 'experiment'")]
    [InlineData("{ \"experiment\": { \"name\": \"a\", \"runs\": [] }, \"prioritty\": 1 }", "did you mean 'priority'?")]
    [InlineData("{ \"experiment\": { \"name\": \"a\", \"runs\": [] }, \"priority\": \"high\" }", "submission.priority is the text \"high\"; wanted a whole number")]
    [InlineData("{ \"priority\": 1, \"priority\": 2 }", "not JSON")]
    [InlineData("{ \"experiment\": { \"name\": \"a\", \"runs\": [ { \"model\": { \"kind\": \"oracle\" } } ] } }", "submission.experiment.runs[0].model is of unknown kind the text \"oracle\"")]
    [InlineData("{ \"experiment\": { \"name\": \"a\", \"runs\": [ { \"sead\": 1 } ] } }", "unknown key 'submission.experiment.runs[0].sead' (did you mean 'seed'?)")]
    [InlineData("{ \"\\ud83d\": 1 }", "a key is no text")]
    [InlineData("{ \"experiment\": { \"name\": \"a\", \"runs\": [ { \"model\": { \"kind\": \"dcgan\", \"discriminatorChannels\": \"aa\" } } ] } }", "runs[0].model.discriminatorChannels is the text \"aa\"")]
    public async Task AMalformedSubmission_IsExplained(string body, string part)
    {
        var answer = await _silo.Client.PostAsync("/api/experiments", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Contains(part, await Problem.SentenceAsync(HttpStatusCode.BadRequest, answer));
    }

    [Fact]
    public async Task AnOrderWithoutWhatItNeeds_IsMalformed() =>
        await Problem.SentenceAsync(HttpStatusCode.BadRequest, await _silo.Client.PostAsync("/api/plans", TestSilo.Json(new { })));

    [Fact]
    public async Task DeepNesting_IsMalformed()
    {
        var body = new string('[', 5000) + new string(']', 5000);

        await Problem.SentenceAsync(HttpStatusCode.BadRequest, await _silo.Client.PostAsync("/api/experiments", new StringContent(body, Encoding.UTF8, "application/json")));
    }

    [Fact]
    public async Task AnotherContentType_IsRefused() =>
        await Problem.SentenceAsync(HttpStatusCode.UnsupportedMediaType, await _silo.Client.PostAsync("/api/experiments", new StringContent("{}")));

    [Fact]
    public async Task TooLargeABody_IsRefused()
    {
        var answer = await _silo.Client.PostAsync("/api/experiments", new StringContent(new string(' ', 20_001), Encoding.UTF8, "application/json"));

        Assert.Contains("too large", await Problem.SentenceAsync(HttpStatusCode.RequestEntityTooLarge, answer));
    }

    [Fact]
    public async Task TooLargeAGrid_IsRefused() =>
        Assert.Contains("has 5 cells; wanted at most 4", await Problem.SentenceAsync(HttpStatusCode.RequestEntityTooLarge, await _silo.SubmitAsync(TestSilo.Tiny(runs: 5))));

    [Fact]
    public async Task AnExperimentWithoutRuns_IsRefused() =>
        Assert.Contains("runs is empty", await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(TestSilo.Tiny(runs: 0))));

    [Theory]
    [InlineData("../../etc")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task ANameThatLeadsOut_IsRefused(string name)
    {
        var problem = await Problem.ReadAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(TestSilo.Tiny(name), _silo.AddDataset()));

        Assert.Contains("wanted 1 to 64 letters", (string)problem["errors"]![0]!);
    }

    [Fact]
    public async Task ImpossibleRuns_AreRefusedWithEveryFault()
    {
        var experiment = TestSilo.Tiny();
        var run = experiment.Runs[0] with { Seed = -1, Dataset = experiment.Runs[0].Dataset with { ImageSize = 4096 } };

        var problem = await Problem.ReadAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(experiment with { Runs = [run] }));

        Assert.Equal(2, problem["errors"]!.AsArray().Count);
    }

    [Fact]
    public async Task AFolderWithoutAFingerprint_IsNotRead() =>
        Assert.Contains("wanted its fingerprint", await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(TestSilo.Tiny())));

    [Fact]
    public async Task ContentIconsOfAStyleTransfer_ArePreparedByTheSilo_UnlessTheyAreAFoldersThatItHasNotSeen()
    {
        var fingerprint = _silo.AddDataset();
        var tiny = TestSilo.Tiny();
        var size = tiny.Runs[0].Dataset.ImageSize;
        var drawn = Style(new LayeredSpec { ImageSize = size, Count = 3, HeldOut = 0, HorizontalFlip = false });

        var status = await TestSilo.ReadAsync<ExperimentStatus>(await _silo.SubmitAsync(drawn, fingerprint));
        var folder = new FolderSpec { Path = "/somewhere", ImageSize = size, HorizontalFlip = false };
        var unseen = await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(Style(folder), fingerprint));
        var missing = await Problem.ReadAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(Style(folder, new string('a', 64)), fingerprint));

        var settled = (StyleTransferSpec)(await TestSilo.ReadAsync<Submission>(await _silo.Client.GetAsync($"/api/experiments/{status.Id}/submission"))).Experiment.Runs[0].Model;
        Assert.Equal((3, StyleNetworkKind.Resnet18Imagenet), (new DatasetStore(new DataFolder(_silo.Data).Datasets).Load(settled.ContentFingerprint!).Count, settled.Network));
        Assert.StartsWith("model.content.source is folder", unseen);
        Assert.Equal([new string('a', 64)], missing["missing"]!.AsArray().Select(each => (string)each!));

        ExperimentSpec Style(DatasetSpec content, string? known = null) => tiny with
        {
            Runs = [tiny.Runs[0] with
            {
                Model = new StyleTransferSpec { Content = content, ContentFingerprint = known }, Training = new() { Steps = 1 }, Sampling = new() { Count = 2, Sampler = new LbfgsSpec() },
            }],
        };
    }

    [Fact]
    public async Task ADatasetThatIsNotThere_IsNamed()
    {
        var fingerprint = TestSilo.TwoIcons().Fingerprint;

        var problem = await Problem.ReadAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(TestSilo.Tiny(), fingerprint));

        Assert.Equal([fingerprint], problem["missing"]!.AsArray().Select(each => (string)each!));
    }

    [Fact]
    public async Task ADatasetOfOtherSettings_IsRefused()
    {
        var experiment = TestSilo.Tiny();
        var run = experiment.Runs[0] with { Dataset = new NotoFacesSpec { ImageSize = 16 } };

        var answer = await _silo.SubmitAsync(experiment with { Runs = [run] }, _silo.AddDataset());

        Assert.Contains("made with other settings", await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, answer));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("ABCDEF")]
    public async Task AFingerprintThatIsNone_IsRefused(string fingerprint) =>
        Assert.Contains("wanted 64 lower-case", await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(TestSilo.Tiny(), fingerprint)));

    [Fact]
    public async Task AFingerprintTooMany_IsRefused()
    {
        var fingerprint = _silo.AddDataset();

        Assert.Contains("fingerprints has 2 entries", await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await _silo.SubmitAsync(TestSilo.Tiny(), fingerprint, fingerprint)));
    }

    [Fact]
    public async Task ARunThatStartsFromAnother_GetsItsWholeId_AndIsTrainedFromThat()
    {
        _silo.AddRun("0123456789ab");

        var status = await TestSilo.ReadAsync<ExperimentStatus>(await _silo.SubmitAsync(TestSilo.Transfer("0123"), _silo.AddDataset()));

        var submission = await TestSilo.ReadAsync<Submission>(await _silo.Client.GetAsync($"/api/experiments/{status.Id}/submission"));
        Assert.Equal((TestSilo.Transfer("0123"), "0123456789ab"), (submission.Experiment, Assert.Single(submission.Sources!)));
        var work = (RunWork)(await _silo.Work.OrderAsync()).Spec;
        Assert.Equal(("0123456789ab", RunIdentity.Run(submission.RunAt(0), work.DatasetFingerprint)), (work.Run.Training.From, work.RunId));
    }

    [Theory]
    [InlineData("ffff", "ffff")]
    [InlineData("weights.safetensors", "weights.safetensors")]
    [InlineData("aa", "dataset.imageSize")]
    [InlineData("bb", "ddpm 16 (1)")]
    [InlineData("cc", "the artist asked")]
    public async Task WeightsThatCannotBeStartedFrom_AreRefusedBeforeAnyWork(string from, string part)
    {
        var run = TestSilo.Tiny().Runs[0];
        _silo.AddRun("aaaaaaaaaaaa", run with { Dataset = run.Dataset with { ImageSize = 16 } });
        _silo.AddRun("bbbbbbbbbbbb", run with { Model = new DdpmSpec { Unet = new() { Dim = 16, DimMults = [1] } } });
        File.WriteAllText(_silo.AddRun("cccccccccccc").DatasetFile, new string('c', 64));
        var (registry, terms) = (new ConsentRegistry(new DataFolder(_silo.Data).Consents, TimeProvider.System), new Consent("A. Painter", "CC BY 4.0"));
        registry.Add(new('c', 64), terms);
        registry.Revoke(ConsentRegistry.IdOf(terms), "the artist asked");

        var answer = await _silo.SubmitAsync(TestSilo.Transfer(from), _silo.AddDataset());

        Assert.Contains(part, await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, answer));
        Assert.Empty(await TestSilo.ReadAsync<ExperimentSummary[]>(await _silo.Client.GetAsync("/api/experiments")));
    }

    [SkippableFact]
    public async Task ABuiltInDataset_IsPreparedByTheSilo()
    {
        var spec = new NotoFacesSpec { ImageSize = 8, Count = 2 };
        try
        {
            DatasetSource.Prepare(spec, TimeProvider.System);
        }
        catch (ImageException missing)
        {
            throw new SkipException(missing.Message);
        }
        var experiment = TestSilo.Tiny();

        var answer = await _silo.SubmitAsync(experiment with { Runs = [experiment.Runs[0] with { Dataset = spec }] });

        var status = await TestSilo.ReadAsync<ExperimentStatus>(answer);
        var submission = await TestSilo.ReadAsync<Submission>(await _silo.Client.GetAsync($"/api/experiments/{status.Id}/submission"));
        Assert.True(new DatasetStore(Path.Combine(_silo.Data, "datasets")).Contains(submission.Fingerprints![0]!));
    }

    [Fact]
    public async Task ASiloForOneExperiment_TakesNoOther()
    {
        await using var silo = await TestSilo.StartAsync(options => options.Only = "another-00000000");

        Assert.Contains("works for the experiment another-00000000 alone", await Problem.SentenceAsync(HttpStatusCode.Conflict, await silo.SubmitAsync(TestSilo.Tiny(), silo.AddDataset())));
    }
}
