using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// Memory that <see cref="Unet"/> takes, counted tensor by tensor as its forward pass makes them. The bottleneck's attention never
/// holds all pairs of pixels at once.
/// </summary>
public static class UnetMemory
{
    private const int Float = sizeof(float);
    private const int Hidden = 4 * 32;  // heads × channels of both kinds of attention
    private const int Channels = 3;

    // Weights, gradients, two moments, the average.
    private const int CopiesInTraining = 5;

    /// <summary>Bytes held at the peak of a training step.</summary>
    /// <param name="unet">Shape of the network.</param>
    /// <param name="imageSize">Side of the icon in pixels.</param>
    /// <param name="batchSize">Icons whose gradients are computed at once.</param>
    public static long Training(UnetSpec unet, int imageSize, int batchSize)
    {
        var (kept, largest) = Activations(unet, imageSize);
        return MemoryEstimate.Process + Float * (long)(CopiesInTraining * Parameters(unet) + batchSize * (kept + largest));
    }

    /// <summary>
    /// Bytes that a training step is planned into on a GPU: those of a card of 10 GB less what its driver and screen take. The same for larger
    /// cards, so that a run's arithmetic does not depend on which one it gets.
    /// </summary>
    public const long GpuBytes = 9_000_000_000;

    /// <summary>The smallest number of equal parts of a batch with which a training step fits into <see cref="GpuBytes"/>; single icons at worst.</summary>
    public static int MicroBatches(UnetSpec unet, int imageSize, int batchSize) =>
        Enumerable.Range(1, batchSize).First(parts =>
            batchSize % parts == 0 && (parts == batchSize || Training(unet, imageSize, batchSize / parts) <= GpuBytes));

    /// <summary>Bytes held at the peak of drawing <paramref name="count"/> icons at once.</summary>
    public static long Sampling(UnetSpec unet, int imageSize, int count)
    {
        var (_, largest) = Activations(unet, imageSize);
        return MemoryEstimate.Process + Float * (long)(Parameters(unet) + count * (Skips(unet, imageSize) + 5 * largest));
    }

    /// <summary>Most icons that may go through the network at once in <see cref="GpuBytes"/>, at least 1.</summary>
    public static int SampledAtOnce(UnetSpec unet, int imageSize)
    {
        var (none, one) = (Sampling(unet, imageSize, 0), Sampling(unet, imageSize, 1));
        return (int)Math.Max(1, (GpuBytes - none) / (one - none));
    }

    /// <summary>Number of trained values.</summary>
    public static double Parameters(UnetSpec unet)
    {
        var time = 4.0 * unet.Dim;
        double Block(double from, double to) =>
            time * 2 * to + 2 * to + 9 * from * to + 9 * to * to + 6 * to + (from == to ? 0 : from * to + to);
        double Linear(double dim) => 3 * Hidden * dim + Hidden * dim + dim + 4 * dim;
        var total = 49.0 * Channels * unet.Dim + unet.Dim + unet.Dim * time + time + time * time + time;
        foreach (var (narrow, wide, last) in Levels(unet))
        {
            total += 2 * Block(narrow, narrow) + Linear(narrow) + (last ? 9 : 16) * narrow * wide + wide;
            total += 2 * Block(wide + narrow, wide) + Linear(wide) + 9 * narrow * wide + narrow;
        }
        double middle = unet.Dim * unet.DimMults[^1];
        total += 2 * Block(middle, middle) + (unet.Knockout.BottleneckAttention ? 0 : 4 * Hidden * middle + 3 * middle);
        return total + Block(2 * unet.Dim, unet.Dim) + unet.Dim * Channels + Channels;
    }

    // Values per icon that the backward pass needs, and those of the largest tensor.
    private static (double Kept, double Largest) Activations(UnetSpec unet, int imageSize)
    {
        double kept = 0, largest = 0;
        void Keep(double channels, double pixels)
        {
            kept += channels * pixels;
            largest = Math.Max(largest, channels * pixels);
        }
        // A block keeps its two convolutions' outputs and both normalised ones.
        void Block(double to, double pixels)
        {
            for (var i = 0; i < 4; i++) Keep(to, pixels);
        }
        // Normalised input, queries, keys and values, what they come to, its projection, the sum.
        void Attention(double dim, double pixels)
        {
            for (var i = 0; i < 3; i++) Keep(dim, pixels);
            Keep(3 * Hidden, pixels);
            Keep(Hidden, pixels);
        }

        Keep(unet.Dim, Pixels(imageSize, 0));
        var level = 0;
        foreach (var (narrow, wide, last) in Levels(unet))
        {
            var here = Pixels(imageSize, level);
            // Down.
            Block(narrow, here);
            Block(narrow, here);
            Attention(narrow, here);
            Keep(wide, Pixels(imageSize, last ? level : level + 1));
            // Up: the concatenations with the skips too.
            Keep(wide + narrow, here);
            Block(wide, here);
            Keep(wide + narrow, here);
            Block(wide, here);
            Attention(wide, here);
            if (level > 0) Keep(wide, Pixels(imageSize, level - 1));
            Keep(narrow, Pixels(imageSize, Math.Max(0, level - 1)));
            level++;
        }
        double middle = unet.Dim * unet.DimMults[^1], bottom = Pixels(imageSize, level - 1);
        Block(middle, bottom);
        Block(middle, bottom);
        if (!unet.Knockout.BottleneckAttention) Attention(middle, bottom);
        Keep(2 * unet.Dim, Pixels(imageSize, 0));
        Block(unet.Dim, Pixels(imageSize, 0));
        return (kept, largest);
    }

    // Values per icon that wait, without gradients, for the way up.
    private static double Skips(UnetSpec unet, int imageSize) =>
        Levels(unet).Select((level, i) => unet.Knockout.SkipLevels.Contains(i) ? 0 : 2 * level.Narrow * Pixels(imageSize, i)).Sum()
        + unet.Dim * Pixels(imageSize, 0);

    private static IEnumerable<(double Narrow, double Wide, bool Last)> Levels(UnetSpec unet)
    {
        double narrow = unet.Dim;
        for (var i = 0; i < unet.DimMults.Count; i++)
        {
            double wide = unet.Dim * unet.DimMults[i];
            yield return (narrow, wide, i == unet.DimMults.Count - 1);
            narrow = wide;
        }
    }

    private static double Pixels(int imageSize, int level) => Math.Pow((double)imageSize / (1 << level), 2);
}
