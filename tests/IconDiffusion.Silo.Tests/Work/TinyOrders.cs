using IconDiffusion.Data;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Tests.Work;

/// <summary>Orders for a run whose steps take a hundredth of a second, and the data folder to work in.</summary>
internal sealed class TinyOrders : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("icon-silo-");

    /// <param name="steps">Null: trains until it is stopped.</param>
    public TinyOrders(long? steps = 6, EvaluationFigures figures = EvaluationFigures.Preprint)
    {
        Spec = new()
        {
            Dataset = new FolderSpec { Path = "noise", ImageSize = 16 },
            Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 } },
            Training = new() { Steps = steps, BatchSize = 4, Ema = new() { UpdateEvery = 2, UpdateAfterStep = 4 } },
            Sampling = new() { Count = 4, BatchSize = 4, Sampler = new DdimSpec { Steps = 2 } },
            Evaluation = new() { Inception = InceptionWeights.Random, Figures = figures },
        };
        var random = new Random(7);
        var pixels = new byte[10 * 16 * 16 * 3];
        random.NextBytes(pixels);
        Dataset = new(Spec.Dataset, new([.. Enumerable.Range(0, 10).Select(i => $"noise {i}")], new(pixels, 16)));
        RunId = RunIdentity.Run(Spec, Dataset.Fingerprint);
        Data = NewData("data");
    }

    public RunSpec Spec { get; }

    public IconDataset Dataset { get; }

    public string RunId { get; }

    public DataFolder Data { get; }

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>Another data folder, with the data set in it.</summary>
    public DataFolder NewData(string name)
    {
        var data = new DataFolder(this[name]);
        new DatasetStore(data.Datasets).Save(Dataset);
        return data;
    }

    public RunFolder Folder(DataFolder? data = null) => new((data ?? Data).Run(RunId));

    public WorkOrder Train(int attempt = 1, TimeSpan? checkpointEvery = null) => Order(attempt, new TrainingWork
    {
        RunId = RunId,
        Run = Spec,
        DatasetFingerprint = Dataset.Fingerprint,
        Monitoring = new() { CheckpointEvery = checkpointEvery ?? TimeSpan.FromHours(1) },
    });

    public WorkOrder Sample(int attempt = 1) => Order(attempt, new SampleWork
    {
        RunId = RunId,
        Run = Spec,
        DatasetFingerprint = Dataset.Fingerprint,
        First = 0,
        Count = 4,
    });

    public WorkOrder Evaluate(TrainingSummary training, SamplingSummary sampling) => Order(1, new EvaluationWork
    {
        RunId = RunId,
        Run = Spec,
        DatasetFingerprint = Dataset.Fingerprint,
        Training = training,
        Sampling = sampling,
    });

    public WorkOrder Report(int attempt = 1, params RunResult[] results) =>
        Order(attempt, new ReportWork { Experiment = "tiny-01234567", Results = [.. results], Missing = [] });

    public void Dispose() => _folder.Delete(recursive: true);

    private static WorkOrder Order(int attempt, WorkSpec spec) => new(WorkId.Of(spec, "any"), attempt, "cpu", spec);
}
