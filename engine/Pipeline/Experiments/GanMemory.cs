using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// Memory that GANs take, from the channels that their networks have at each resolution. The tensors kept for each of them were fitted to
/// what training was measured to take.
/// </summary>
public static class GanMemory
{
    private const int Float = sizeof(float);

    /// <summary>Bytes held at the peak of a training step.</summary>
    /// <param name="gan">Method and shape.</param>
    /// <param name="imageSize">Side of the icon in pixels.</param>
    /// <param name="batchSize">Icons in a batch.</param>
    public static long Training(GanSpec gan, int imageSize, int batchSize)
    {
        var shape = ShapeOf(gan, imageSize);
        return MemoryEstimate.Process
            + Float * (long)(shape.CopiesInTraining * (shape.GeneratorWeights + shape.DiscriminatorWeights) + batchSize * shape.TensorsInTraining * shape.Values);
    }

    /// <summary>Bytes held at the peak of drawing <paramref name="count"/> icons at once.</summary>
    public static long Sampling(GanSpec gan, int imageSize, int count)
    {
        var shape = ShapeOf(gan, imageSize);
        // A generator's finest level holds nearly all, a few tensors of it at once.
        return MemoryEstimate.Process + Float * (long)(shape.GeneratorWeights + count * 4 * shape.Values);
    }

    private static Shape ShapeOf(GanSpec gan, int imageSize)
    {
        var sides = Sides(imageSize).ToArray();
        double Values(Func<int, double> channels) => sides.Sum(side => channels(side) * side * side);
        // One convolution from each resolution to the next.
        double Steps(Func<int, double> channels) => sides.Zip(sides.Skip(1), (coarse, fine) => channels(coarse) * channels(fine)).Sum();
        double Within(Func<int, double> channels) => sides.Sum(side => channels(side) * channels(side));
        switch (gan)
        {
            case DcganSpec dcgan:
                // Kernels of 4×4; the icon itself has three channels, half of its side the first hidden layer's.
                double Hidden(int side, int width) => side == imageSize ? 3 : width * (imageSize / 2.0 / side);
                return new(
                    16 * (dcgan.LatentDim * Hidden(4, dcgan.GeneratorChannels) + Steps(side => Hidden(side, dcgan.GeneratorChannels))),
                    16 * (Hidden(4, dcgan.DiscriminatorChannels) + Steps(side => Hidden(side, dcgan.DiscriminatorChannels))),
                    Values(side => Hidden(side, Math.Max(dcgan.GeneratorChannels, dcgan.DiscriminatorChannels))),
                    CopiesInTraining: 4, TensorsInTraining: 7);
            case WganGpSpec wgan:
                double Wide(int side) => wgan.Dim * Math.Min(8, imageSize / side);
                var weights = 9 * Steps(Wide) + 9 * Within(Wide);
                return new(weights + 16 * wgan.LatentDim * Wide(4), weights, Values(Wide), CopiesInTraining: 4, TensorsInTraining: 34);
            case StyleGan2Spec style:
                double Style(int side) => Math.Min((double)style.ChannelBase / side, style.ChannelMax);
                double latent = style.LatentDim;
                return new(
                    9 * (Steps(Style) + Within(Style)) + latent * latent * style.MappingLayers + latent * 2 * sides.Sum(Style),
                    9 * (Steps(Style) + Within(Style)) + 16 * Style(4) * Style(4),
                    Values(Style), CopiesInTraining: 4.5, TensorsInTraining: 30);
            default:
                throw new ArgumentException($"Nothing is known of the memory of {gan.Label}.", nameof(gan));
        }
    }

    // 4, 8, … imageSize.
    private static IEnumerable<int> Sides(int imageSize)
    {
        for (var side = 4; side <= imageSize; side *= 2) yield return side;
    }

    // Values: activations of one tensor at every resolution.
    private sealed record Shape(double GeneratorWeights, double DiscriminatorWeights, double Values, double CopiesInTraining, double TensorsInTraining);
}
