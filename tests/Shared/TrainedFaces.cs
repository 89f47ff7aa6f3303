using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Tests;

/// <summary>
/// A data folder with a run of twelve faces of 16 px by an artist: trained for some steps, drawn from, scored and reported on by the engine itself. It is
/// made once for all tests of a process; each test has a copy.
/// </summary>
public sealed class TrainedFaces : IDisposable
{
    /// <summary>Terms with markup in them, which pages have to show as text.</summary>
    public static readonly Consent Terms = new("A. Painter <b>& co</b>", "CC BY 4.0 <script>alert(1)</script>", "research");

    private static readonly RunSpec Spec = new()
    {
        Dataset = new FolderSpec { Path = "faces", ImageSize = 16, HeldOut = 0 },
        Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1], ResnetBlockGroups = 4 } },
        Training = new() { Steps = 5, BatchSize = 2 },
        Sampling = new() { Count = 4, BatchSize = 4, Sampler = new DdimSpec { Steps = 2 } },
        Evaluation = new() { Features = FeatureNetwork.Resnet18Imagenet },
    };

    /// <summary>Tags of a run that was told some, those of most icons first; one has markup in it.</summary>
    public static readonly EquatableList<string> Tags = ["hat", "<b>beard</b>", "red hair"];

    private static readonly Lazy<(string Folder, string RunId)> Made = new(() => Make(Spec, null)), MadeWithTags = new(() => Make(
        Spec with
        {
            Dataset = Spec.Dataset with { Tags = true },
            Model = (DdpmSpec)Spec.Model with { Condition = ModelCondition.Tags },
            // So much that a network of few steps shows a difference.
            Sampling = Spec.Sampling with { Sampler = new DdimSpec { Steps = 2, Guidance = 50 } },
        },
        IconTags.Of(Enumerable.Range(0, 12).Select(i => Tags.Where((_, tag) => i < 8 - (3 * tag)).ToArray()))));

    private readonly string _runId;

    /// <param name="consent">Null: nobody's is on record.</param>
    /// <param name="withTags">Whether the model was told <see cref="Tags"/>.</param>
    public TrainedFaces(Consent? consent, bool withTags = false)
    {
        var made = withTags ? MadeWithTags.Value : Made.Value;
        _runId = made.RunId;
        Data = new(Directory.CreateTempSubdirectory("icon-faces-").FullName);
        foreach (var file in Directory.EnumerateFiles(made.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Data.Path, Path.GetRelativePath(made.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        if (consent is not null)
            Registry.Add(Run.DatasetFingerprint!, consent);
    }

    /// <summary>As under <see cref="Terms"/>.</summary>
    public TrainedFaces()
        : this(Terms)
    {
    }

    public DataFolder Data { get; }

    public TrainedRun Run => TrainedRun.Find(Data, _runId);

    public static ComputeDevice Device { get; } = ComputeDevice.Open("cpu", TorchSharp.torch.get_num_threads());

    private ConsentRegistry Registry => new(Data.Consents, TimeProvider.System);

    /// <summary>The artist takes the consent back.</summary>
    public void Revoke() => Registry.Revoke(ConsentRegistry.IdOf(Terms), "a reason that is nobody's business");

    /// <summary>Makes the run one that was trained on icons that it is going to draw in its few steps: these are copies then.</summary>
    /// <param name="icons">Numbers of at least two.</param>
    public void Memorise(params int[] icons)
    {
        using var source = Run.InFewSteps(null).Open(Device);
        var images = icons.Select(icon =>
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            return Generators.Sampling.IconImages.From(source.Draw(icon, 1, null, CancellationToken.None))[0];
        });
        var dataset = new IconDataset(Spec.Dataset, new([.. icons.Select(icon => $"{icon}")], IconPixels.From([.. images])));
        new DatasetStore(Data.Datasets).Save(dataset);
        Registry.Add(dataset.Fingerprint, Terms);
        File.WriteAllText(Run.Folder.DatasetFile, dataset.Fingerprint);
    }

    public void Dispose() => Directory.Delete(Data.Path, recursive: true);

    private static (string Folder, string RunId) Make(RunSpec spec, IconTags? tags)
    {
        var data = new DataFolder(Directory.CreateTempSubdirectory("icon-faces-").FullName);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(data.Path, recursive: true);
        var faces = DatasetSource.Prepare(new NotoFacesSpec { Count = 12, HeldOut = 0, ImageSize = 16 }, TimeProvider.System);
        var dataset = new IconDataset(spec.Dataset, faces.Training, tags: tags);
        new DatasetStore(data.Datasets).Save(dataset);
        var id = RunIdentity.Run(spec, dataset.Fingerprint);
        using var bench = new Workbench(Device);
        var context = new WorkContext { Data = data, Bench = bench, Report = _ => { }, Warn = _ => { } };
        var training = TrainingStage.Run(new() { RunId = id, Run = spec, DatasetFingerprint = dataset.Fingerprint, Monitoring = new() }, context, default);
        var sampling = SampleStage.Run(new() { RunId = id, Run = spec, DatasetFingerprint = dataset.Fingerprint, First = 0, Count = spec.Sampling.Count }, context, default);
        EvaluationStage.Run(new() { RunId = id, Run = spec, DatasetFingerprint = dataset.Fingerprint, Training = training, Sampling = sampling }, context, default);
        return (data.Path, id);
    }
}
