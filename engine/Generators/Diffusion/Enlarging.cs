using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Diffusion;

/// <summary>
/// Conditioning augmentation of Ho et al. 2021 (arXiv:2106.15282), section 4: the small icon is brought to the size of the large one and gets noise of a level that the network
/// is told, by the same forward process as the large icon. As in imagen-pytorch, and unlike the paper, the noise is added at the large size.
/// </summary>
/// <param name="spec">Of the enlarging model.</param>
/// <param name="diffusion">Its forward process.</param>
/// <param name="size">Side of the large icons in pixels.</param>
public sealed class Enlarging(EnlargeSpec spec, GaussianDiffusion diffusion, int size)
{
    /// <summary>The step of the forward process that a level of noise stands for.</summary>
    /// <param name="noise">As a part of the process, 0…1.</param>
    public int Level(double noise) => (int)Math.Round(noise * (diffusion.Schedule.Timesteps - 1));

    /// <summary>What the network sees in training: a level for each icon, evenly from none to the most.</summary>
    /// <param name="icons">Small icons, float32 [N,3,h,w] in −1…1.</param>
    /// <param name="random">A CPU generator.</param>
    public SmallIcons Trained(Tensor icons, Generator random)
    {
        var level = randint(0, Level(spec.Noise) + 1, [icons.shape[0]], dtype: ScalarType.Int64, generator: random).to(icons.device);
        var noise = randn([icons.shape[0], size, size, icons.shape[1]], generator: random).to(icons.device).permute(0, 3, 1, 2);
        return Noised(icons, level, noise);
    }

    /// <summary>What it sees where icons are drawn, all at one level.</summary>
    /// <param name="icons">Small icons, float32 [N,3,h,w]; what lies outside −1…1 is clamped.</param>
    /// <param name="noise">A part of the forward process, 0…1.</param>
    /// <param name="draws">Standard normal, [N,3,H,W].</param>
    public SmallIcons Drawn(Tensor icons, double noise, Tensor draws) =>
        Noised(icons.clamp(-1, 1), full([1], Level(noise), dtype: ScalarType.Int64, device: icons.device), draws);

    private SmallIcons Noised(Tensor icons, Tensor level, Tensor noise) => new(diffusion.AddNoise(Enlarged(icons), level, noise), level);

    /// <summary>Small icons at the large size, by linear interpolation.</summary>
    public Tensor Enlarged(Tensor icons) => FastOps.channels_last(F.interpolate(icons, [size, size], mode: InterpolationMode.Bilinear, align_corners: false));
}
