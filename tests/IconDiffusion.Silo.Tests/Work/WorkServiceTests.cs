using System.Text.Json;
using System.Threading.Channels;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Devices;
using IconDiffusion.Silo.Work;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Tests.Work;

public sealed class WorkServiceTests : IDisposable
{
    private readonly TinyOrders _tiny = new();
    private readonly TinyOrders _endless = new(steps: null);
    private readonly Listener _grains = new();
    private readonly WarningLog _log = new();
    private readonly List<WorkService> _services = [];

    public void Dispose()
    {
        foreach (var service in _services)
        {
            service.StopAsync(CancellationToken.None).Wait(Patience.Limit);
            service.Dispose();
        }
        _tiny.Dispose();
        _endless.Dispose();
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task EveryKindOfWork_EndsWithWhatTheStagesComeTo()
    {
        var service = Service(_tiny);
        service.Start(_tiny.Train());
        var training = Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome).Summary;
        service.Start(_tiny.Sample());
        var sampling = Assert.IsType<SamplesDone>((await _grains.EndAsync()).Outcome).Summary;
        service.Start(_tiny.Evaluate(training, sampling));
        var result = Assert.IsType<EvaluationDone>((await _grains.EndAsync()).Outcome).Result;

        // The same stages without a service, in a folder of their own.
        var data = _tiny.NewData("alone");
        using var bench = new Workbench(ComputeDevice.Open("cpu", threads: 1));
        var context = new WorkContext { Data = data, Bench = bench, Report = _ => { }, Warn = Assert.Fail };
        var alone = TrainingStage.Run((TrainingWork)_tiny.Train().Spec, context, default);
        Assert.Equal(alone.WeightsHash, training.WeightsHash);
        SampleStage.Run((SampleWork)_tiny.Sample().Spec, context, default);
        Assert.Equal(
            EvaluationStage.Run((EvaluationWork)_tiny.Evaluate(alone, sampling).Spec, context, default).Scores, result.Scores);
        Assert.Empty(service.Running);
    }

    [Fact]
    public async Task AStoppedTraining_HasACheckpoint_AndTheNextAttemptGoesOnFromIt()
    {
        var service = Service(_endless);
        service.Start(_endless.Train());
        await _grains.ReportAsync();
        Assert.True(service.IsRunning(_endless.Train().Work, 1));
        Assert.True(service.Stop(_endless.Train().Work, 1));

        Assert.Equal((1, new WorkStopped()), await _grains.EndAsync());
        var step = _endless.Folder().NewestCheckpoint();
        Assert.NotNull(step);
        service.Start(_endless.Train(attempt: 2));
        Assert.True((await _grains.ReportAsync(progress => progress.CheckpointStep == step)).Step > step);
        Assert.False(service.Stop(_endless.Train().Work, 1));
    }

    [Fact]
    public async Task AnAttemptThatIsNoLongerTheNewest_StopsAndIsNotHeardOfAgain()
    {
        var service = Service(_endless);
        _grains.Wants = _ => false;
        service.Start(_endless.Train());
        await Until(service, () => service.Running.Count == 0 && !service.IsRunning(_endless.Train().Work, 1));
        await service.StopAsync(CancellationToken.None);
        Assert.False(_grains.HasEnds);
    }

    [Fact]
    public async Task ANewerAttempt_TakesTheOldersPlace()
    {
        var service = Service(_endless);
        service.Start(_endless.Train());
        await _grains.ReportAsync();
        service.Start(_endless.Train(attempt: 2));
        Assert.False(service.IsRunning(_endless.Train().Work, 1));
        await _grains.ReportAsync(progress => progress.CheckpointStep is not null);  // that of the stopped first one
        service.Stop(_endless.Train().Work, 2);
        Assert.Equal((2, new WorkStopped()), await _grains.EndAsync());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AnAttemptThatRunsAlready_GoesOn()
    {
        var service = Service(_tiny);
        service.Start(_tiny.Train());
        service.Start(_tiny.Train());
        Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome);
        await service.StopAsync(CancellationToken.None);
        Assert.False(_grains.HasEnds);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task TheEnd_IsToldUntilTheGrainHasIt()
    {
        var service = Service(_tiny);
        _grains.DeafFor = 3;
        service.Start(_tiny.Train());
        Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AFailure_TellsItsReason_AndTheDeviceWorksOn()
    {
        var service = Service(_tiny);
        var lost = _tiny.Train();
        lost = lost with { Spec = (RunWork)lost.Spec with { DatasetFingerprint = new string('0', 64) } };
        service.Start(lost);
        var failed = Assert.IsType<WorkFailed>((await _grains.EndAsync()).Outcome);
        Assert.Equal($"The dataset {new string('0', 64)} is not in '{_tiny.Data.Datasets}'.", failed.Error);

        service.Start(_tiny.Train(attempt: 2));
        Assert.IsType<TrainingDone>((await _grains.EndAsync()).Outcome);
        Assert.Equal(
            [(1, RunEventKind.Started), (1, RunEventKind.Failed), (2, RunEventKind.Started), (2, RunEventKind.Done)],
            Events().Select(line => (line.Attempt, line.Kind)));
        Assert.Equal(failed.Error, Events()[1].Message);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ADataFolderThatIsGone_IsWarnedOfAndFailsTheAttemptAtItsEnd()
    {
        var service = Service(_endless);
        service.Start(_endless.Train(checkpointEvery: TimeSpan.FromMilliseconds(100)));
        await _grains.ReportAsync(progress => progress.CheckpointStep is not null);
        Directory.Move(_endless.Data.Path, _endless["unmounted"]);
        var warning = await _log.WarningAsync();
        service.Stop(_endless.Train().Work, 1);

        var failed = Assert.IsType<WorkFailed>((await _grains.EndAsync()).Outcome);
        foreach (var sentence in new[] { warning, failed.Error })
            Assert.Contains("could not be written", sentence, StringComparison.Ordinal);

        // Mounted again, nothing but the steps since the last checkpoint is lost.
        Assert.False(Directory.Exists(_endless.Data.Path));
        Directory.Move(_endless["unmounted"], _endless.Data.Path);
        service.Start(_endless.Train(attempt: 2));
        Assert.NotNull((await _grains.ReportAsync(progress => progress.CheckpointStep is not null)).Step);
    }

    [Fact]
    public async Task AStoppingSilo_CheckpointsWhatRuns_AndTakesNothingMore()
    {
        var service = Service(_endless);
        service.Start(_endless.Train());
        await _grains.ReportAsync();
        await service.StopAsync(CancellationToken.None);
        Assert.Equal((1, new WorkStopped()), await _grains.EndAsync());
        Assert.NotNull(_endless.Folder().NewestCheckpoint());

        service.Start(_endless.Train(attempt: 2));
        Assert.Equal((2, new WorkStopped()), await _grains.EndAsync());
    }

    [Fact]
    public void ADeviceThatIsNotThere_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => Service(_tiny).Start(_tiny.Train() with { Device = "cuda:3" }));
        Assert.StartsWith("Silo here has no device 'cuda:3'; there is cpu.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoDevices_WorkAtTheSameTime()
    {
        var service = Service(_endless, "RTX 3080", "RTX 3080");
        var data = _endless.Data;
        var other = _endless.Train() with { Device = "rtx-3080#2" };
        var spec = (RunWork)other.Spec with { RunId = "0123456789ab" };
        service.Start(_endless.Train() with { Device = "rtx-3080#1" });
        service.Start(other with { Spec = spec, Work = WorkId.Of(spec, "any") });
        await _grains.ReportAsync(progress => progress.Step > 1);
        await Until(service, () => Directory.Exists(data.Run("0123456789ab")) && service.Running.Count == 2);
        Assert.Equal(["rtx-3080#1", "rtx-3080#2"], service.Devices.Select(device => device.Id));
    }

    private WorkService Service(TinyOrders orders, params string[] devices)
    {
        var catalog = DeviceCatalog.Open(devices.Length == 0 ? ["cpu"] : devices);
        var service = new WorkService(catalog, orders.Data, "here", threads: 1, _grains, new NoTransfer(), TimeProvider.System, _log);
        _services.Add(service);
        return service;
    }

    private RunEvent[] Events() =>
        [.. File.ReadLines(_tiny.Folder().EventsFile).Select(line => JsonSerializer.Deserialize<RunEvent>(line, SpecJson.Compact)!)];

    // Looks again whenever something has changed.
    private static async Task Until(WorkService service, Func<bool> holds)
    {
        var changed = new SemaphoreSlim(0);
        service.Changed += () => changed.Release();
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!holds()) await changed.WaitAsync(TimeSpan.FromMilliseconds(100), patience.Token);
    }

    private sealed class WarningLog : ILogger<WorkService>
    {
        private readonly Channel<string> _warnings = Channel.CreateUnbounded<string>();

        public async Task<string> WarningAsync() => await _warnings.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) _warnings.Writer.TryWrite(formatter(state, exception));
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    }
}
