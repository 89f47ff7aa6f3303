using System.Buffers.Binary;
using System.Security.Cryptography;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>A trained stage of a cascade without its base: it enlarges icons from anywhere. What becomes of an icon depends on its pixels, the run's seed and the noise alone.</summary>
/// <param name="source">Opened for a spec of <see cref="WithoutBase"/>; stays its owner's.</param>
public sealed class EnlargingStage(IIconSource source)
{
    // Of icons' numbers: as many as there are streams of noise.
    private const uint NumberMask = (1u << 30) - 1;

    private readonly DiffusionIcons _icons = (DiffusionIcons)source;

    /// <summary>How often the network is asked for one batch.</summary>
    public int Calls => _icons.Calls;

    /// <summary>A run's spec as that of a stage alone, drawn by its own sampler; null: it enlarges nothing.</summary>
    public static RunSpec? WithoutBase(RunSpec spec) => spec is { Model: DdpmSpec { Enlarges: not null }, Sampling.Sampler: ReverseSpec sampler }
        ? spec with { Sampling = spec.Sampling with { Sampler = sampler with { Base = null } } }
        : null;

    /// <summary>Enlarges a batch.</summary>
    /// <param name="icons">At least one, of the size that the stage enlarges.</param>
    /// <param name="noise">How much noise they get before, as a part of the forward process.</param>
    /// <param name="progress">Told how many calls are done, after each.</param>
    /// <param name="cancellation">Heeded before each call.</param>
    /// <returns>As many, of the stage's size.</returns>
    public Image[] Enlarge(IReadOnlyList<Image> icons, double noise, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var side = icons[0].Width;
        var pixels = tensor(icons.SelectMany(icon => icon.Pixels).ToArray()).reshape(icons.Count, side, side, 3).permute(0, 3, 1, 2).contiguous();
        return IconImages.From(_icons.Enlarge(PixelRange.ToModel(pixels), [.. icons.Select(NumberOf)], noise, progress, cancellation));
    }

    // Of the pixels, so that neither a file's name nor those beside it count.
    private static int NumberOf(Image icon) => (int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(icon.Pixels)) & NumberMask);
}
