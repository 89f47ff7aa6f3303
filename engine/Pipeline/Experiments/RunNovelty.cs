using System.Collections.Immutable;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation;
using IconDiffusion.Evaluation.Enlarging;
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
    private const string Enlarging = "enlarging";

    // Held-out icons on the picture of what is made of them.
    private const int MostShown = 8;

    /// <summary>TorchScript file of a copy-detection network; with one, the report is made anew. Null: none.</summary>
    public string? Descriptor { get; init; }

    /// <summary>Tells whether the consent for what a run's stage was trained on has expired.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What progress names for a run, in this order.</summary>
    public static ImmutableArray<string> Stages(RunSpec spec) => EnlargingStage.WithoutBase(spec) is null ? NoveltyReporter.Stages : NoveltyReporter.Stages.Add(Enlarging);

    /// <summary>Whether a results folder has all that <see cref="Ensure"/> makes.</summary>
    public static bool IsWhole(string results, RunSpec spec) =>
        File.Exists(Path.Combine(results, NoveltyReport.FileName)) && (spec.Dataset is not LayeredArtSpec || File.Exists(Path.Combine(results, RunReport.PartsFile)))
        && (EnlargingStage.WithoutBase(spec) is null || File.Exists(Path.Combine(results, EnlargedReport.FileName)));

    /// <summary>Makes what is missing of the novelty report, for icons of known parts the recombination report, and for a stage that enlarges how well it does that.</summary>
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
        if (EnlargingStage.WithoutBase(result.Spec) is { } alone && EnlargedReport.Read(results) is null)
            try
            {
                Enlarge(result, alone, icons, results, report, cancellation);
            }
            catch (Exception error) when (error is ConsentException or FileNotFoundException)
            {
                warn($"How well {result.RunId} enlarges held-out icons was not measured: {error.Message}");
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
                Enlarged = ReportedEnlargement.Read(results),
                Calibration = CalibrationFile.Find(data, novelty.Features),
                Looks = TrainingWatch.Read(folder),
            };
        }
    }

    // The tags that each icon was drawn with; null: the model was told none.
    private static Func<int, IReadOnlyList<string>>? Asked(RunSpec spec, IconTags? tags)
    {
        if (tags is null || spec is not { Model.IsToldTags: true, Sampling.Sampler: AskedSpec sampler }) return null;
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

    private void Enlarge(RunResult result, RunSpec alone, RunIcons icons, string results, Action<string, int, int> report, CancellationToken cancellation)
    {
        var from = ((DdpmSpec)alone.Model).Enlarges!.From;
        var extractor = bench.Features(result.Spec.Evaluation, data);
        if (icons.Dataset.HeldOut is not { Pixels: var original })
        {
            Save(results, EnlargedReport.FileName, EnlargedFigures.Empty(from, alone.Dataset.ImageSize, extractor));
            return;
        }
        ConsentGate.Require(data, result.DatasetFingerprint, Time);
        var stage = new EnlargingStage(bench.Icons(result.RunId, icons.Folder, alone));
        var small = icons.Dataset.Reduced(from).HeldOut!.Pixels;
        var batches = Enumerable.Range(0, small.Count).Select(small.ToImage).Chunk(alone.Sampling.BatchSize).ToArray();
        // As sharp as they are: without noise.
        var enlarged = IconPixels.From([.. batches.SelectMany((batch, done) => stage.Enlarge(
            batch, noise: 0, new Reporter<int>(calls => report(Enlarging, (done * stage.Calls) + calls, batches.Length * stage.Calls)), cancellation))]);
        AtomicFile.WriteAllBytes(Path.Combine(results, EnlargedReport.PictureFile), ImageFile.EncodePng(EnlargedFigures.Picture(original, small, enlarged, MostShown)));
        Save(results, EnlargedReport.FileName, EnlargedFigures.Measure(original, small, enlarged, extractor, cancellation));
    }

    private static void Save<T>(string folder, string file, T report) =>
        AtomicFile.WriteAllText(Path.Combine(folder, file), JsonSerializer.Serialize(report, SpecJson.Compact) + "\n");
}
