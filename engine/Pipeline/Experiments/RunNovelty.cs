using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Parts;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>What a run's icons owe to its training icons, beside its result: made with it, or later.</summary>
/// <param name="data">Holds the run.</param>
/// <param name="bench">Has the Inception network.</param>
/// <param name="warn">Receives sentences about what could not be kept.</param>
public sealed class RunNovelty(DataFolder data, Workbench bench, Action<string> warn)
{
    /// <summary>TorchScript file of a copy-detection network; with one, the report is made anew. Null: none.</summary>
    public string? Descriptor { get; init; }

    /// <summary>Whether a results folder has all that <see cref="Ensure"/> makes.</summary>
    public static bool IsWhole(string results, RunSpec spec) =>
        File.Exists(Path.Combine(results, NoveltyReport.FileName)) && (spec.Dataset is not LayeredArtSpec || File.Exists(Path.Combine(results, RunReport.PartsFile)));

    /// <summary>Makes what is missing of the novelty report and, for icons of known parts, the recombination report.</summary>
    /// <param name="report">(stage, done, total).</param>
    /// <exception cref="FileNotFoundException">An icon or the Inception weights are missing.</exception>
    /// <exception cref="DatasetException">The data set is not in the store.</exception>
    public void Ensure(RunResult result, Action<string, int, int> report, CancellationToken cancellation) =>
        Ensure(result, new(data, result.RunId, result.Spec, result.DatasetFingerprint, result.Sampling.Count), report, cancellation);

    /// <summary>As above, with the run's icons, some of which may have been read already.</summary>
    internal void Ensure(RunResult result, RunIcons icons, Action<string, int, int> report, CancellationToken cancellation)
    {
        var results = icons.Folder.Result(result.Spec);
        if (Descriptor is not null || NoveltyReport.Read(results) is null)
            Save(results, NoveltyReport.FileName, Novelty(result, icons, report, cancellation));
        if (result.Spec.Dataset is LayeredArtSpec layered && RunReport.ReadParts(results) is null)
            try
            {
                Save(results, RunReport.PartsFile, Recombination.Score(layered, new(data.Packages), icons.Dataset.Training, icons.Generated, cancellation, asked: Asked(result.Spec, icons.Dataset.Tags)));
            }
            catch (DatasetException error)
            {
                warn($"The parts of the icons of {result.RunId} were not counted: {error.Message}");
            }
    }

    /// <summary>Everything that a page shows of runs that have a novelty report, in their order; others are left out.</summary>
    public static IReadOnlyList<ReportedSet> Read(DataFolder data, IEnumerable<RunResult> results)
    {
        var store = new DatasetStore(data.Datasets);
        var datasets = new Dictionary<string, IconDataset>();
        return [.. results.Select(Read).OfType<ReportedSet>()];

        ReportedSet? Read(RunResult result)
        {
            var folder = new RunFolder(data.Run(result.RunId));
            var results = folder.Result(result.Spec);
            if (NoveltyReport.Read(results) is not { } novelty || !store.Contains(result.DatasetFingerprint)) return null;
            if (!datasets.TryGetValue(result.DatasetFingerprint, out var training))
                datasets[result.DatasetFingerprint] = training = store.Load(result.DatasetFingerprint);
            return new(novelty, result, RunReport.ReadParts(results), training.Training,
                i => ImageFile.Load(folder.SampleFile(result.Spec.Sampling.Sampler, i), Rgb.White))
            {
                Calibration = CalibrationFile.Find(data, novelty.Features),
                Looks = TrainingWatch.Read(folder),
            };
        }
    }

    // The tags that each icon was drawn with; null: the model was told none.
    private static Func<int, IReadOnlyList<string>>? Asked(RunSpec spec, IconTags? tags)
    {
        if (tags is null || spec is not { Model: DdpmSpec { Condition: ModelCondition.Tags }, Sampling.Sampler: ReverseSpec sampler }) return null;
        var asked = tags.AskedBy(spec.Seed, sampler);
        return icon => [.. asked(icon).Select(tag => tags.Names[tag])];
    }

    private NoveltyReport Novelty(RunResult result, RunIcons icons, Action<string, int, int> report, CancellationToken cancellation)
    {
        var (dataset, generated) = (icons.Dataset, icons.Generated);
        var extractor = bench.Features(result.Spec.Evaluation, data);
        var features = new SampleFeatures(icons.Folder, result.Spec.Sampling.Sampler, extractor, warn);
        var input = new NoveltyInput
        {
            Title = result.Spec.Label,
            Training = dataset.Training,
            TrainingFingerprint = dataset.Fingerprint,
            Generated = generated,
            Scores = result.Scores,
            HeldOut = dataset.HeldOut?.Pixels,
            GeneratedFeatures = progress => features.Of(generated, result.Spec.Sampling.BatchSize, progress, cancellation),
        };
        using var descriptor = Descriptor is null ? null : DescriptorExtractor.Open(Descriptor, bench.Device.Device);
        return new NoveltyReporter(extractor, new FeatureCache(data.Weights), descriptor).Make(input, cancellation, report);
    }

    private static void Save<T>(string folder, string file, T report) =>
        AtomicFile.WriteAllText(Path.Combine(folder, file), JsonSerializer.Serialize(report, SpecJson.Compact) + "\n");
}
