using System.Security.Cryptography;
using IconDiffusion.Data;
using IconDiffusion.Generators.Training;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Devices;
using IconDiffusion.Silo.Tests.Artifacts;
using IconDiffusion.Silo.Work;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace IconDiffusion.Silo.Tests.Work;

/// <summary>Two silos with data folders of their own and one store between them.</summary>
public sealed class StoreTransferTests : IAsyncLifetime
{
    private readonly TinyOrders _tiny = new(steps: 40);
    private readonly Listener _grains = new();
    private readonly List<WorkService> _services = [];
    private LoopbackS3 _s3 = null!;

    private string SharedFolder => Directory.CreateDirectory(_tiny["store"]).FullName;

    public async Task InitializeAsync() => _s3 = await LoopbackS3.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
        }
        await _s3.DisposeAsync();
        _tiny.Dispose();
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARun_GoesOnAtAnotherSilo_BitForBit(bool s3)
    {
        var store = ArtifactStores.Open(s3 ? _s3.Location : SharedFolder);
        var (here, there) = (_tiny.NewData("here"), new DataFolder(_tiny["there"]));
        await store.PutAsync($"datasets/{_tiny.Dataset.Fingerprint}.icons", new DatasetStore(here.Datasets).PathOf(_tiny.Dataset.Fingerprint), default);
        WorkService first = null!;
        first = Service(here, "first", store, atCheckpoints: order => first.Stop(order.Work, order.Attempt));
        var second = Service(there, "second", store);

        // Trained here for a while, then there to the end; drawn at a third; scored there.
        var third = Service(new(_tiny["nowhere"]), "third", store);
        first.Start(_tiny.Train(attempt: 1, checkpointEvery: TimeSpan.FromMilliseconds(1)));
        Assert.Equal((1, new WorkStopped()), await _grains.EndAsync());
        var step = _tiny.Folder(here).NewestCheckpoint();
        second.Start(_tiny.Train(attempt: 2));
        var training = Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome).Summary;
        Assert.InRange(LossLog.Read(_tiny.Folder(here).LossLogFile).Count, step!.Value, 39);
        third.Start(_tiny.Sample());
        var sampling = Assert.IsType<SamplesDone>((await _grains.EndAsync()).Outcome).Summary;
        second.Start(_tiny.Evaluate(training, sampling));
        var result = Assert.IsType<EvaluationDone>((await _grains.EndAsync()).Outcome).Result;

        // Undisturbed, in one folder without a store.
        var alone = _tiny.NewData("alone");
        using var bench = new Workbench(ComputeDevice.Open("cpu", threads: 1));
        var context = Undisturbed(alone, bench);
        var undisturbed = TrainingStage.Run((TrainingWork)_tiny.Train().Spec, context, default);
        SampleStage.Run((SampleWork)_tiny.Sample().Spec, context, default);
        Assert.Equal(undisturbed.WeightsHash, training.WeightsHash);
        Assert.Equal(EvaluationStage.Run((EvaluationWork)_tiny.Evaluate(undisturbed, sampling).Spec, context, default).Scores, result.Scores);
        foreach (var icon in Directory.EnumerateFiles(_tiny.Folder(alone).Samples(_tiny.Spec.Sampling.Sampler)))
        {
            var key = Path.GetRelativePath(alone.Path, icon).Replace('\\', '/');
            Assert.True(await store.GetAsync(key, _tiny["icon"], default));
            Assert.Equal(Hash(icon), Hash(_tiny["icon"]));
        }

        // Each silo, and one that has worked on nothing, shows all of it: losses, what happened where, icons and scores.
        (string, RunEventKind)[] happened = [("first", RunEventKind.Started), ("first", RunEventKind.Stopped), ("second", RunEventKind.Started), ("second", RunEventKind.Done),
            ("third", RunEventKind.Started), ("third", RunEventKind.Done), ("second", RunEventKind.Started), ("second", RunEventKind.Done)];
        foreach (var (name, folder) in new[] { ("first", "here"), ("second", "there"), ("third", "nowhere"), ("fourth", "idle") })
        {
            var files = new RunFiles(new() { Data = _tiny[folder], Name = name }, TimeProvider.System, store);
            Assert.Equal(happened, (await files.EventsAsync(_tiny.RunId, default)).Where(each => each.Kind != RunEventKind.Warning).Select(each => (each.Silo, each.Kind)));
            Assert.Equal(40, LossLogReader.LastStep(await files.LossLogAsync(_tiny.RunId, default)));
            var listed = (await files.ListAsync(_tiny.RunId, default))!.Select(file => file.Path).ToHashSet();
            var samples = $"samples/{RunIdentity.Samples(_tiny.Spec.Sampling.Sampler)}";
            foreach (var path in new[] { $"{samples}/00000.png", $"{samples}/00003.png", $"results/{RunIdentity.Result(_tiny.Spec)}/result.json", "weights.safetensors" })
            {
                Assert.Contains(path, listed);
                await using var content = (await files.OpenAsync(_tiny.RunId, path, default))!.Content;
                Assert.True(content.Length > 0);
            }
        }

        // The store keeps what a run keeps.
        var kept = (await store.ListAsync($"runs/{_tiny.RunId}/checkpoints/", default)).Keys.Select(Path.GetFileName).Order();
        Assert.Equal(Directory.EnumerateFiles(_tiny.Folder(there).Checkpoints).Select(Path.GetFileName).Order(), kept);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ATraining_StartsFromWeightsThatAnotherSiloHasMade()
    {
        var store = ArtifactStores.Open(SharedFolder);
        Service(_tiny.NewData("here"), "first", store).Start(_tiny.Train());
        var source = Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome).Summary;
        var run = _tiny.Spec with { Training = _tiny.Spec.Training with { From = _tiny.RunId } };
        var work = (TrainingWork)_tiny.Train().Spec with { Run = run, RunId = RunIdentity.Run(run, _tiny.Dataset.Fingerprint) };

        Service(_tiny.NewData("there"), "second", store).Start(new(WorkId.Of(work, "any"), 1, "cpu", work));
        var tuned = Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome).Summary;

        var origin = Assert.Single(tuned.Origins!);
        Assert.Equal((_tiny.RunId, source.WeightsHash), (origin.Run!, origin.WeightsHash));
        Assert.True(await store.ExistsAsync($"runs/{work.RunId}/origins.json", default));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ACascade_IsDrawnWhereNeitherOfItsStagesWasTrained()
    {
        var store = ArtifactStores.Open(SharedFolder);
        var (here, there, alone, small) = (_tiny.NewData("here"), _tiny.NewData("there"), _tiny.NewData("alone"), _tiny.Dataset.Reduced(8));
        foreach (var data in (DataFolder[])[here, alone]) new DatasetStore(data.Datasets).Save(small);
        await store.PutAsync($"datasets/{_tiny.Dataset.Fingerprint}.icons", new DatasetStore(here.Datasets).PathOf(_tiny.Dataset.Fingerprint), default);
        var below = _tiny.Spec with { Dataset = small.Spec, Training = _tiny.Spec.Training with { Steps = 2 } };
        var enlarging = below with
        {
            Dataset = _tiny.Spec.Dataset,
            Model = (DdpmSpec)below.Model with { Enlarges = new() { From = 8 } },
            Sampling = below.Sampling with
            {
                Sampler = new DdimSpec { Steps = 2, Base = new() { Run = RunIdentity.Run(below, small.Fingerprint), Seed = below.Seed, ImageSize = 8, Model = below.Model, Sampler = below.Sampling.Sampler } },
            },
        };
        TrainingWork Train(RunSpec run, IconDataset dataset) => (TrainingWork)_tiny.Train().Spec with { Run = run, RunId = RunIdentity.Run(run, dataset.Fingerprint), DatasetFingerprint = dataset.Fingerprint };
        var (first, second) = (Train(below, small), Train(enlarging, _tiny.Dataset));
        var draw = (SampleWork)_tiny.Sample().Spec with { Run = enlarging, RunId = second.RunId };

        foreach (var (name, data, work) in ((string, DataFolder, WorkSpec)[])[("first", here, first), ("second", there, second), ("third", new(_tiny["nowhere"]), draw)])
        {
            Service(data, name, store).Start(new(WorkId.Of(work, "any"), 1, "cpu", work));
            Assert.IsNotType<WorkFailed>((await _grains.EndAsync()).Outcome);
        }

        using var bench = new Workbench(ComputeDevice.Open("cpu", threads: 1));
        var context = Undisturbed(alone, bench);
        TrainingStage.Run(first, context, default);
        TrainingStage.Run(second, context, default);
        SampleStage.Run(draw, context, default);
        foreach (var icon in Enumerable.Range(0, draw.Count))
            Assert.Equal(Hash(Icon(alone, icon)), Hash(Icon(new(_tiny["nowhere"]), icon)));
        // Scoring enlarges held-out icons.
        var evaluation = (EvaluationWork)_tiny.Evaluate(null!, new() { Count = draw.Count, Time = default }).Spec with { Run = enlarging, RunId = second.RunId };
        Assert.Contains(new RunFolder(there.Run(second.RunId)).WeightsFile, Stage.Of(evaluation).Needs(evaluation, new(there, new(there.Run(second.RunId)), new HashSet<string>())));

        string Icon(DataFolder data, int icon) => new RunFolder(data.Run(second.RunId)).SampleFile(enlarging.Sampling.Sampler, icon);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AStyleTransfer_IsDrawnAndScored_WhereNeitherItsStyleNorItsContentWas()
    {
        var store = ArtifactStores.Open(SharedFolder);
        var alone = _tiny.NewData("alone");
        var content = new IconDataset(_tiny.Spec.Dataset, new([.. Enumerable.Range(0, 10).Select(i => $"content {i}")], new(Array.ConvertAll(_tiny.Dataset.Training.Pixels.Data.ToArray(), level => (byte)(255 - level)), 16)));
        var folders = new DatasetStore(alone.Datasets);
        folders.Save(content);
        foreach (var fingerprint in (string[])[_tiny.Dataset.Fingerprint, content.Fingerprint])
            await store.PutAsync($"datasets/{fingerprint}.icons", folders.PathOf(fingerprint), default);
        var run = _tiny.Spec with
        {
            Model = new StyleTransferSpec { Content = content.Spec, ContentFingerprint = content.Fingerprint, Network = StyleNetworkKind.Resnet18Imagenet },
            Training = new() { Steps = 2, BatchSize = 4 },
            Sampling = new() { Count = 2, BatchSize = 2, Sampler = new LbfgsSpec { Steps = 2 } },
        };
        var id = RunIdentity.Run(run, _tiny.Dataset.Fingerprint);
        var train = (TrainingWork)_tiny.Train().Spec with { Run = run, RunId = id };
        var draw = (SampleWork)_tiny.Sample().Spec with { Run = run, RunId = id, Count = 2 };

        var training = Assert.IsType<TrainingDone>(await Work("here", train)).Summary;
        var sampling = Assert.IsType<SamplesDone>(await Work("there", draw)).Summary;
        var score = (EvaluationWork)_tiny.Evaluate(training, sampling).Spec with { Run = run, RunId = id };
        var result = Assert.IsType<EvaluationDone>(await Work("elsewhere", score)).Result;

        using var bench = new Workbench(ComputeDevice.Open("cpu", threads: 1));
        var context = Undisturbed(alone, bench);
        Assert.Equal(TrainingStage.Run(train, context, default).WeightsHash, training.WeightsHash);
        SampleStage.Run(draw, context, default);
        Assert.Equal(EvaluationStage.Run(score, context, default).Scores, result.Scores);
        Assert.NotNull(result.Scores.ContentMae);

        async Task<WorkOutcome> Work(string silo, WorkSpec work)
        {
            Service(new(_tiny[silo]), silo, store).Start(new(WorkId.Of(work, "any"), 1, "cpu", work));
            return (await _grains.EndAsync()).Outcome;
        }
    }

    [Fact]
    public async Task AnAttemptThatAnotherSiloSuperseded_PublishesNothing()
    {
        var store = ArtifactStores.Open(_s3.Location);
        var order = _tiny.Train();
        var (old, fresh) = (Transfer(_tiny.Data, store), new StoreTransfer(store, _tiny.NewData("there"), "second", TimeProvider.System));
        old.Fetch(order, default);
        fresh.Fetch(order with { Attempt = 2 }, default);
        File.WriteAllText(_tiny.Folder().WeightsFile, "late");

        Assert.Throws<SupersededException>(() => old.Publish(order, default));
        Assert.Throws<SupersededException>(() => old.Fetch(order, default));
        await Task.CompletedTask;
        Assert.DoesNotContain(_s3.Objects.Keys, key => key.EndsWith("weights.safetensors", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheNewestAttempt_IsKnownAtEverySilo_WhateverTheDatabaseHasForgotten(bool isShared)
    {
        var store = ArtifactStores.Open(SharedFolder);
        var order = _tiny.Train(attempt: 7);
        var service = isShared ? Service(_tiny.Data, "second", new NoTransfer()) : Service(_tiny.NewData("there"), "second", store);
        Assert.Equal(0, await service.NewestAttemptAsync(order.Work, order.Spec));

        Transfer(_tiny.Data, store).Fetch(order, default);

        Assert.Equal(7, await service.NewestAttemptAsync(order.Work, order.Spec));
        var drawing = _tiny.Sample();
        Assert.Equal(0, await service.NewestAttemptAsync(drawing.Work, drawing.Spec));
        if (!isShared)
            Directory.Delete(_tiny["store"], recursive: true);
        else
            File.WriteAllText(Stage.AttemptFile(_tiny.Data, order.Spec), "{ \"wor");
        Assert.Equal(0, await service.NewestAttemptAsync(order.Work, order.Spec));
    }

    [Fact]
    public async Task ARevocationAtOneSilo_RefusesWorkAtAnother()
    {
        var store = ArtifactStores.Open(SharedFolder);
        var (here, there) = (_tiny.NewData("here"), _tiny.NewData("there"));
        var terms = new Consent("A. Painter", "CC BY 4.0");
        var registry = new ConsentRegistry(here.Consents, TimeProvider.System);
        registry.Add(_tiny.Dataset.Fingerprint, terms);
        registry.Revoke(ConsentRegistry.IdOf(terms), "the artist asked");

        Transfer(here, store).Fetch(_tiny.Train(attempt: 1), default);
        Service(there, "second", store).Start(_tiny.Train(attempt: 2));

        Assert.Contains("the artist asked", Assert.IsType<WorkFailed>((await _grains.EndAsync()).Outcome).Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ATraining_GoesOnWhileTheStoreDoesNotAnswer()
    {
        var checkpoints = 0;
        var service = Service(_tiny.Data, "first", ArtifactStores.Open(_s3.Location), atCheckpoints: _ =>
        {
            if (++checkpoints == 1) _s3.IsDown = true;
        });
        service.Start(_tiny.Train(checkpointEvery: TimeSpan.FromMilliseconds(1)));
        await _grains.ReportAsync(progress => progress.Step == 40);
        _s3.IsDown = false;
        Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome);
        Assert.Contains(_s3.Objects.Keys, key => key.EndsWith("weights.safetensors", StringComparison.Ordinal));
    }

    private WorkService Service(DataFolder data, string name, IArtifactStore store, Action<WorkOrder>? atCheckpoints = null) =>
        Service(data, name, new Eavesdropper(new StoreTransfer(store, data, name, TimeProvider.System), atCheckpoints ?? (_ => { })));

    private WorkService Service(DataFolder data, string name, IRunTransfer transfer)
    {
        var service = new WorkService(
            DeviceCatalog.Open(["cpu"]), data, name, threads: 1, _grains, transfer, new HastyClock(), NullLogger<WorkService>.Instance);
        _services.Add(service);
        return service;
    }

    // What work comes to in one folder, without a store.
    private static WorkContext Undisturbed(DataFolder alone, Workbench bench) => new() { Data = alone, Bench = bench, Report = _ => { }, Warn = Assert.Fail };

    private static StoreTransfer Transfer(DataFolder data, IArtifactStore store) => new(store, data, "first", TimeProvider.System);

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    /// <summary>A second passes in a millisecond, so that a training of some steps meets all that comes once a second.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override long TimestampFrequency => System.TimestampFrequency / 1000;
    }

    /// <summary>Acts on a training's own thread at each of its checkpoints, so that no training is over before a test comes to it.</summary>
    private sealed class Eavesdropper(IRunTransfer transfer, Action<WorkOrder> atCheckpoints) : IRunTransfer
    {
        public Task<int> NewestAsync(string note, string work, CancellationToken cancellation) => transfer.NewestAsync(note, work, cancellation);

        public void Fetch(WorkOrder order, CancellationToken cancellation) => transfer.Fetch(order, cancellation);

        public void Fetch(string path, CancellationToken cancellation) => transfer.Fetch(path, cancellation);

        public void Checkpointed(WorkOrder order, Action<string> warn)
        {
            atCheckpoints(order);
            transfer.Checkpointed(order, warn);
        }

        public void Publish(WorkOrder order, CancellationToken cancellation) => transfer.Publish(order, cancellation);

        public void Told(WorkOrder order) => transfer.Told(order);
    }
}
