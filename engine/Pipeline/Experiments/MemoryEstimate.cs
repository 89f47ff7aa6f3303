using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// How much device memory work needs, so that nothing is started where it cannot end. Reckoned from the shapes in microseconds; within a
/// quarter of what was measured on a CPU (docs/experiments.md).
/// </summary>
public static class MemoryEstimate
{
    /// <summary>The process with libtorch loaded and nothing done, on a CPU; a GPU's context is about as large.</summary>
    public const long Process = 200L << 20;

    // The Inception network with its batch of 16 at 299 px, measured.
    private const long Inception = 600L << 20;

    // The Inception network alone, which waits while icons are drawn.
    private const long InceptionWeights = 96L << 20;

    /// <summary>Bytes held at the peak of a piece of work.</summary>
    /// <param name="onGpu">Whether it is for a GPU.</param>
    /// <exception cref="ExperimentException">There is no such method here.</exception>
    public static long Bytes(WorkSpec work, bool onGpu) => work switch
    {
        SampleWork batch => Math.Max(Methods.Of(work.Run.Model).SamplingBytes(work.Run, batch.Count, onGpu) + InceptionWeights, Inception),
        EvaluationWork evaluation => Inception + evaluation.Sampling.Count * 3L * work.Run.Dataset.ImageSize * work.Run.Dataset.ImageSize,
        _ => Methods.Of(work.Run.Model).TrainingBytes(work.Run, onGpu),
    };
}
