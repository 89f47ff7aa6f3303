using IconDiffusion.Generators.Methods;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>How much device memory work needs, so that nothing is started where it cannot end.</summary>
public static class MemoryEstimate
{
    // The Inception network with its batch of 16 at 299 px, measured.
    private const long Inception = 600L << 20;

    // The Inception network alone, which waits while icons are drawn.
    private const long InceptionWeights = 96L << 20;

    // A feature network with its pictures beside a network that trains, measured with ResNet-18 on a CPU; a GPU has room for it where a step's tensors were.
    private const long Look = Inception - MethodMemory.Process;

    // Icons of one run that a page shows at most.
    private const int IconsOfARun = 256;

    /// <summary>Bytes held at the peak of a training, with the feature network of its looks.</summary>
    /// <param name="onGpu">Whether it is for a GPU.</param>
    /// <exception cref="ExperimentException">There is no such method here.</exception>
    public static long Training(RunSpec run, bool onGpu) =>
        MethodTable.Of(run.Model).Memory(run).OfTraining(run.Training.BatchSize, onGpu) + (onGpu ? 0 : Look);

    /// <summary>Bytes held at the peak of drawing <paramref name="count"/> icons at once and extracting their features.</summary>
    /// <inheritdoc cref="Training"/>
    public static long Samples(RunSpec run, int count, bool onGpu) =>
        Math.Max(MethodTable.Of(run.Model).Memory(run).OfDrawing(count, onGpu) + InceptionWeights, Inception);

    /// <summary>Bytes held at the peak of drawing a run's icons, a batch at a time.</summary>
    /// <inheritdoc cref="Training"/>
    public static long Drawing(RunSpec run, bool onGpu) => MethodTable.Of(run.Model).Memory(run).OfDrawing(run.Sampling.BatchSize, onGpu);

    /// <summary>Bytes held at the peak of making a report: training icons, the icons that it shows, and the sheets that these are put on.</summary>
    public static long Report(ReportWork work)
    {
        var shown = work.Results.Take(ReportStage.MostRuns).ToList();
        return MethodMemory.Process + (shown.DistinctBy(result => result.DatasetFingerprint).Sum(result => result.Scores.TrainingCount * Icon(result.Spec.Dataset))
            + shown.Sum(result => Math.Min(result.Scores.GeneratedCount, IconsOfARun) * 3 * Icon(result.Spec.Dataset)));

        static long Icon(DatasetSpec dataset) => 3L * dataset.ImageSize * dataset.ImageSize;
    }

    /// <summary>Bytes held at the peak of scoring <paramref name="count"/> icons, and of a stage that enlarges held-out ones.</summary>
    /// <inheritdoc cref="Training"/>
    public static long Evaluation(RunSpec run, int count, bool onGpu) =>
        Inception + (EnlargingStage.WithoutBase(run) is { } alone ? Drawing(alone, onGpu) : 0) + count * 3L * run.Dataset.ImageSize * run.Dataset.ImageSize;
}
