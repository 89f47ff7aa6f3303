using IconDiffusion.Data;
using IconDiffusion.Generators.Training;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Tests.Experiments;

/// <summary>The pieces of work of <see cref="TinyRun"/>, and a data folder to do them in.</summary>
public sealed class TinyWork : IDisposable
{
    private readonly TempFolder _folder = new();

    public TinyWork() : this(TinyRun.Spec(steps: 6) with { Sampling = new() { Count = 10, BatchSize = 4, Sampler = new DdimSpec { Steps = 2 } } })
    {
    }

    public TinyWork(RunSpec spec)
    {
        Spec = spec with { Evaluation = new() { Inception = InceptionWeights.Random, Figures = EvaluationFigures.Preprint } };
        Data = new(_folder.Path);
        Dataset = TinyRun.Icons(Spec.Dataset);
        new DatasetStore(Data.Datasets).Save(Dataset);
        if (Spec.ContentFingerprint is not null) new DatasetStore(Data.Datasets).Save(TinyRun.Content);
        RunId = RunIdentity.Run(Spec, Dataset.Fingerprint);
        Folder = new(Data.Run(RunId));
    }

    public RunSpec Spec { get; }

    public DataFolder Data { get; }

    public IconDataset Dataset { get; }

    public string RunId { get; }

    public RunFolder Folder { get; }

    public Workbench Bench { get; } = new(ComputeDevice.Open("cpu", TorchSharp.torch.get_num_threads()));

    public TrainingWork Training => new() { RunId = RunId, Run = Spec, DatasetFingerprint = Dataset.Fingerprint, Monitoring = new() };

    public SampleWork Batch(int first, int count) =>
        new() { RunId = RunId, Run = Spec, DatasetFingerprint = Dataset.Fingerprint, First = first, Count = count };

    public EvaluationWork Evaluation(TrainingSummary training) => new()
    {
        RunId = RunId,
        Run = Spec,
        DatasetFingerprint = Dataset.Fingerprint,
        Training = training,
        Sampling = new() { Count = Spec.Sampling.Count, Time = TimeSpan.FromSeconds(1) },
    };

    public WorkContext Context(Action<WorkProgress>? report = null, AttemptFence? fence = null, Action<string>? warn = null) => new()
    {
        Data = Data,
        Bench = Bench,
        Fence = fence,
        Report = report ?? (_ => { }),
        Warn = warn ?? (sentence => Assert.Fail($"Unexpected warning: {sentence}")),
    };

    /// <summary>Every file of a folder with its content's hash, but for those whose bytes hold times.</summary>
    public static IReadOnlyDictionary<string, string> Hashes(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(
            file => Path.GetRelativePath(folder, file),
            file => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));

    public void Dispose()
    {
        Bench.Dispose();
        _folder.Dispose();
    }
}
