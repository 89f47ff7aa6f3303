namespace IconDiffusion.Generators.Methods;

/// <summary>
/// Memory that a method takes: so much whatever the batch, and so much for each icon in it, in values (float32). Reckoned from the shapes
/// in microseconds; within a quarter of what was measured on a CPU (docs/experiments.md).
/// </summary>
/// <param name="Training">Values held while it is trained: weights, gradients, moments, averages.</param>
/// <param name="TrainingPerIcon">Values held at the peak of a training step for each icon whose gradients are computed at once.</param>
/// <param name="Drawing">Values held while icons are drawn.</param>
/// <param name="DrawingPerIcon">Values held for each icon that is drawn at once.</param>
/// <param name="Divides">Whether a GPU may work a batch off in parts, as no icon in it depends on another.</param>
public sealed record MethodMemory(double Training, double TrainingPerIcon, double Drawing, double DrawingPerIcon, bool Divides = false)
{
    /// <summary>Icons that a part of a batch must have at least, as its loss is about several of them.</summary>
    public int LeastAtOnce { get; init; } = 1;

    /// <summary>Bytes of the process with libtorch loaded and nothing done, on a CPU; a GPU's context is about as large.</summary>
    public const long Process = 200L << 20;

    /// <summary>
    /// Bytes that work is planned into on a GPU: those of a card of 10 GB less what its driver and screen take. The same for larger
    /// cards, so that a run's arithmetic does not depend on which one it gets.
    /// </summary>
    public const long Gpu = 9_000_000_000;

    /// <summary>Bytes held at the peak of a training step, on a GPU in <see cref="MicroBatches"/> parts.</summary>
    public long OfTraining(int batchSize, bool onGpu) =>
        Bytes(Training, TrainingPerIcon, onGpu ? batchSize / MicroBatches(batchSize) : batchSize);

    /// <summary>Bytes held at the peak of drawing <paramref name="count"/> icons, on a GPU <see cref="DrawnAtOnce"/> at a time.</summary>
    public long OfDrawing(int count, bool onGpu) => Bytes(Drawing, DrawingPerIcon, onGpu ? Math.Min(count, DrawnAtOnce) : count);

    /// <summary>The smallest number of equal parts of a batch with which a training step fits into <see cref="Gpu"/>; of <see cref="LeastAtOnce"/> icons at worst.</summary>
    public int MicroBatches(int batchSize)
    {
        if (!Divides) return 1;
        int[] parts = [.. Enumerable.Range(1, batchSize).Where(parts => batchSize % parts == 0 && batchSize / parts >= Math.Min(LeastAtOnce, batchSize))];
        return parts.FirstOrDefault(each => Bytes(Training, TrainingPerIcon, batchSize / each) <= Gpu, parts[^1]);
    }

    /// <summary>Most icons that may go through the network at once in <see cref="Gpu"/>, at least 1.</summary>
    public int DrawnAtOnce => !Divides ? int.MaxValue
        : (int)Math.Max(1, (Gpu - OfDrawing(0, onGpu: false)) / (OfDrawing(1, onGpu: false) - OfDrawing(0, onGpu: false)));

    private static long Bytes(double held, double perIcon, int icons) => Process + sizeof(float) * (long)(held + icons * perIcon);
}
