using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Tests;

/// <summary>A run whose steps take a hundredth of a second: a U-Net of 8 and 16 channels on ten 16×16 icons of noise.</summary>
public static class TinyRun
{
    public const string Id = "tiny";

    public static RunSpec Spec(long? steps) => new()
    {
        Dataset = new FolderSpec { Path = "noise", ImageSize = 16 },
        Model = new DdpmSpec { Unet = new UnetSpec { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 } },
        // An average that warms up within the few steps of a test.
        Training = new TrainingSpec { Steps = steps, BatchSize = 4, Ema = new EmaSpec { UpdateEvery = 2, UpdateAfterStep = 4 } },
    };

    public static IconDataset Icons(DatasetSpec spec)
    {
        var random = new SplitMix64(7);
        var pixels = new byte[10 * 16 * 16 * 3];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)random.Next();
        return new IconDataset(spec, [.. Enumerable.Range(0, 10).Select(i => $"noise {i}")], pixels);
    }

    /// <summary>Trains in <paramref name="folder"/> as far as the spec and <paramref name="progress"/> let it.</summary>
    public static TrainingSummary Train(
        RunFolder folder, RunSpec spec, Action<TrainingProgress>? progress = null, MonitoringSpec? monitoring = null,
        TimeProvider? time = null, Action<string>? warn = null, int microBatches = 1, CancellationToken cancellation = default)
    {
        using var taken = RunLock.Take(folder);
        var trainer = new DiffusionTrainer(Id, spec, Icons(spec.Dataset), taken, CPU)
        {
            Monitoring = monitoring ?? new MonitoringSpec(),
            Time = time ?? TimeProvider.System,
            MicroBatches = microBatches,
            Warn = warn ?? (sentence => Assert.Fail($"Unexpected warning: {sentence}")),
        };
        return trainer.Train(progress is null ? null : new Reporter(progress), cancellation);
    }

    // Progress<T> would call back on another thread, later.
    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
