using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Tests;

/// <summary>A GAN's run whose steps take some hundredths of a second, on ten 32×32 icons of noise.</summary>
public static class TinyGan
{
    public const string Id = "tiny-gan";

    /// <summary>Every method there is, the smaller the better.</summary>
    public static IEnumerable<string> MethodNames => Models.Keys;

    /// <summary>The same for theories.</summary>
    public static TheoryData<string> Methods => [.. Models.Keys];

    private static readonly Dictionary<string, GanSpec> Models = new()
    {
        ["dcgan"] = new DcganSpec { LatentDim = 8, GeneratorChannels = 2, DiscriminatorChannels = 2 },
        ["wgan-gp"] = new WganGpSpec { LatentDim = 8, Dim = 2, CriticSteps = 2 },
        ["stylegan2"] = new StyleGan2Spec { LatentDim = 8, ChannelBase = 64, ChannelMax = 8, PathLength = new() { Interval = 2 }, R1 = new() { Interval = 3 } },
        ["stylegan2 ada"] = new StyleGan2Spec { LatentDim = 8, ChannelBase = 64, ChannelMax = 8, Augment = new AdaSpec { Interval = 2, Kimg = 0.02 } },
    };

    public static RunSpec Spec(string method, long? steps) => new()
    {
        Dataset = new FolderSpec { Path = "noise", ImageSize = 32 },
        Model = Models[method],
        Training = new TrainingSpec { Steps = steps, BatchSize = 4 },
        Sampling = new SamplingSpec { Sampler = new LatentSpec() },
    };

    public static IconDataset Icons(DatasetSpec spec, int count = 10)
    {
        var random = new SplitMix64(7);
        var pixels = new byte[count * 32 * 32 * 3];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)random.Next();
        return new IconDataset(spec, [.. Enumerable.Range(0, count).Select(i => $"noise {i}")], pixels);
    }

    /// <summary>Trains in <paramref name="folder"/> as far as the spec and <paramref name="progress"/> let it.</summary>
    public static TrainingSummary Train(
        RunFolder folder, RunSpec spec, Action<TrainingProgress>? progress = null, MonitoringSpec? monitoring = null,
        TimeProvider? time = null, Action<string>? warn = null, int icons = 10, CancellationToken cancellation = default)
    {
        using var taken = RunLock.Take(folder);
        var trainer = new AdversarialTrainer(Id, spec, Icons(spec.Dataset, icons), taken, CPU)
        {
            Monitoring = monitoring ?? new MonitoringSpec(),
            Time = time ?? TimeProvider.System,
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
