using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Tests;

/// <summary>Runs whose steps take some hundredths of a second, of every method, on ten icons of noise: 16×16 for diffusion, 32×32 for GANs.</summary>
public static class TinyRun
{
    public const string Id = "tiny";

    private const string BaseId = "ba5eba5eba5e";

    private static readonly Dictionary<string, ModelSpec> Models = new()
    {
        // A U-Net of 8 and 16 channels.
        ["ddpm"] = new DdpmSpec { Unet = new UnetSpec { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 } },
        ["ddpm tags"] = new DdpmSpec { Unet = new UnetSpec { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 }, Condition = ModelCondition.Tags },
        ["ddpm enlarges"] = new DdpmSpec { Unet = new UnetSpec { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 }, Enlarges = new() { From = 8 } },
        ["ddpm pairwise"] = new DdpmSpec { Unet = new UnetSpec { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 } },
        ["dcgan"] = new DcganSpec { LatentDim = 8, GeneratorChannels = 2, DiscriminatorChannels = 2 },
        ["wgan-gp"] = new WganGpSpec { LatentDim = 8, Dim = 2, CriticSteps = 2 },
        ["stylegan2"] = new StyleGan2Spec { LatentDim = 8, ChannelBase = 64, ChannelMax = 8, PathLength = new() { Interval = 2 }, R1 = new() { Interval = 3 } },
        ["stylegan2 tags"] = new StyleGan2Spec { LatentDim = 8, ChannelBase = 64, ChannelMax = 8, PathLength = new() { Interval = 2 }, R1 = new() { Interval = 3 }, Condition = ModelCondition.Tags },
        ["style-transfer"] = new StyleTransferSpec { Content = new FolderSpec { Path = "content", ImageSize = 32, HorizontalFlip = false, HeldOut = 0 }, Network = StyleNetworkKind.Resnet18Imagenet },
        ["stylegan2 ada"] = new StyleGan2Spec { LatentDim = 8, ChannelBase = 64, ChannelMax = 8, Augment = new AdaSpec { Interval = 2, Kimg = 0.02 } },
    };

    /// <summary>The content icons of the style transfer: ten of another noise.</summary>
    public static IconDataset Content { get; } = Icons(new FolderSpec { Path = "content", ImageSize = 32, HorizontalFlip = false, HeldOut = 0 }, seed: 8);

    // Weights that a few steps have made, once for all tests of a process.
    private static readonly Lazy<string> Source = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("icon-source-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Train(new(folder), Spec(steps: 3) with { Seed = 1 });
        return new RunFolder(folder).WeightsFile;
    });

    /// <summary>Every method there is, and adaptation by pairs.</summary>
    public static IEnumerable<string> MethodNames => Models.Keys;

    /// <summary>The same for theories.</summary>
    public static TheoryData<string> Methods => [.. Models.Keys];

    /// <summary>Denoising diffusion.</summary>
    public static RunSpec Spec(long? steps) => Spec("ddpm", steps);

    public static RunSpec Spec(string method, long? steps) => new()
    {
        Dataset = new FolderSpec { Path = "noise", ImageSize = IsDiffusion(method) ? 16 : 32, Tags = Models[method].IsToldTags, HorizontalFlip = method != "style-transfer" },
        Model = Models[method] is StyleTransferSpec style ? style with { ContentFingerprint = Content.Fingerprint } : Models[method],
        // An average that warms up within the few steps of a test; a GAN refuses it.
        Training = new TrainingSpec
        {
            Steps = steps, BatchSize = 4, Ema = IsDiffusion(method) ? new EmaSpec { UpdateEvery = 2, UpdateAfterStep = 4 } : new(),
            From = method == "ddpm pairwise" ? "0123456789ab" : null, Adaptation = method == "ddpm pairwise" ? new PairwiseSpec() : null,
        },
        Sampling = method switch
        {
            "ddpm" => new(),
            "ddpm enlarges" => new()
            {
                Sampler = new DdimSpec
                {
                    Steps = 10, Eta = 1, Base = new() { Run = BaseId, Seed = 3407, ImageSize = 8, Model = Models["ddpm"], Sampler = new DdimSpec { Steps = 5, Eta = 1 }, Noise = 0.2 },
                },
            },
            "ddpm pairwise" => new() { Sampler = new DdimSpec { Steps = 10 } },
            "ddpm tags" => new() { Sampler = new DdimSpec { Steps = 10, Eta = 1, Guidance = 2 } },
            "style-transfer" => new() { Sampler = new LbfgsSpec { Steps = 2 } },
            _ => new() { Sampler = new LatentSpec() },
        },
    };

    private static bool IsDiffusion(string method) => method.StartsWith("ddpm", StringComparison.Ordinal);

    public static IconDataset Icons(DatasetSpec spec, int count = 10, long seed = 7)
    {
        var random = new SplitMix64(seed);
        var pixels = new byte[count * spec.ImageSize * spec.ImageSize * 3];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)random.Next();
        // Every third icon has no tag.
        var tags = spec.Tags ? IconTags.Of(Enumerable.Range(0, count).Select(i => i % 3 == 0 ? Array.Empty<string>() : [$"tag {i % 3}"])) : null;
        return new IconDataset(spec, new([.. Enumerable.Range(0, count).Select(i => $"noise {i}")], new(pixels, spec.ImageSize)), tags: tags);
    }

    /// <summary>Trains in <paramref name="folder"/> as far as the spec and <paramref name="progress"/> let it.</summary>
    /// <param name="method">At its beginning, and freed; null: the spec's.</param>
    /// <param name="watch">Who looks; null: nobody.</param>
    /// <param name="dataset">What it is trained on; null: <paramref name="icons"/> icons of noise.</param>
    public static TrainingSummary Train(
        RunFolder folder, RunSpec spec, Action<WorkProgress>? progress = null, MonitoringSpec? monitoring = null,
        TimeProvider? time = null, Action<string>? warn = null, IMethod? method = null, int icons = 10, ITrainingWatch? watch = null,
        IconDataset? dataset = null, CancellationToken cancellation = default)
    {
        dataset ??= Icons(spec.Dataset, icons);
        using var taken = RunLock.Take(folder);
        dataset.Tags?.Write(folder);
        using var begun = method ?? MethodTable.Of(spec.Model).Begin(spec, CPU, new() { Dataset = dataset, Source = spec.Training.From is null ? null : Source.Value, Content = Content, Data = folder.Data });
        var trainer = new Trainer(Id, spec, dataset, taken, CPU)
        {
            Monitoring = monitoring ?? new MonitoringSpec(),
            Time = time ?? TimeProvider.System,
            Warn = warn ?? (sentence => Assert.Fail($"Unexpected warning: {sentence}")),
            Watch = watch,
        };
        return trainer.Train(begun, progress is null ? null : new Reporter(progress), cancellation);
    }

    /// <summary>Trains the runs whose icons a run enlarges, beside its folder.</summary>
    public static void TrainBases(RunFolder folder, RunSpec spec)
    {
        if (spec.Base is not { } below) return;
        TrainBases(folder, below);
        Train(folder.Beside(spec.Bases.First().Run), below with { Training = below.Training with { Steps = 2, BatchSize = 4 } });
    }

    /// <summary>Trains until <paramref name="step"/> is done, where it is cancelled.</summary>
    public static void CancelAt(long step, RunFolder folder, RunSpec spec)
    {
        using var cancel = new CancellationTokenSource();
        var time = new ManualTime();
        Assert.Throws<OperationCanceledException>(() => Train(
            folder, spec,
            progress =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                if (progress.Step == step) cancel.Cancel();
            },
            time: time, cancellation: cancel.Token));
    }

    // Progress<T> would call back on another thread, later.
    private sealed class Reporter(Action<WorkProgress> report) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => report(value);
    }
}
