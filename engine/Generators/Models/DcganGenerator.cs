using IconDiffusion.Specs;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// DCGAN's generator (Radford et al. 2016, arXiv:1511.06434) as in pytorch/examples (commit 77f55b9, BSD licence), with its names:
/// a latent becomes 4×4 pixels, which transposed convolutions double until the icon's side is reached.
/// <para>Departs from it twice. Its side is 64 there; here one stage, with twice the channels, is added in front for 128 and
/// taken away for 32. Finished runs draw with the running statistics of the batch norm, so that an icon does not depend on
/// those that are drawn with it; there, sampling too uses the batch's own.</para>
/// </summary>
public sealed class DcganGenerator : Module<Tensor, Tensor>, IIconGenerator
{
    private readonly Sequential main;

    /// <param name="spec">Widths.</param>
    /// <param name="imageSize">Side of the icons: 4·2ⁿ, from 8 on.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    public DcganGenerator(DcganSpec spec, int imageSize, Generator? generator = null) : base(nameof(DcganGenerator))
    {
        LatentDim = spec.LatentDim;
        var doublings = DcganShape.Doublings(imageSize);
        var channels = spec.GeneratorChannels << (doublings - 1);
        List<Module<Tensor, Tensor>> layers = [new DcganConvTranspose2d(generator, LatentDim, channels, stride: 1, padding: 0)]; // 4×4
        for (; channels > spec.GeneratorChannels; channels /= 2)
        {
            layers.AddRange(DcganInitial.Norm(generator, channels), ReLU(inplace: true));
            layers.Add(new DcganConvTranspose2d(generator, channels, channels / 2, stride: 2, padding: 1));
        }
        layers.AddRange(DcganInitial.Norm(generator, channels), ReLU(inplace: true));
        layers.AddRange(new DcganConvTranspose2d(generator, channels, 3, stride: 2, padding: 1), Tanh());
        main = Sequential([.. layers]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public Module Network => this;

    /// <inheritdoc/>
    public int LatentDim { get; }

    /// <summary>z [N,LatentDim] → icons [N,3,side,side] in −1…1.</summary>
    public override Tensor forward(Tensor z) => main.call(z.reshape(z.shape[0], LatentDim, 1, 1));

    /// <inheritdoc/>
    public Tensor Draw(Latents latents, double truncation = 1) => EvaluationMode.Call(this, latents.Z);
}

/// <summary>What both of DCGAN's networks need to know of the icon's side.</summary>
internal static class DcganShape
{
    /// <summary>How often 4 pixels are doubled to reach the side.</summary>
    public static int Doublings(int imageSize) => imageSize >= 8 && int.IsPow2(imageSize)
        ? int.Log2(imageSize) - 2
        : throw new ArgumentException($"DCGAN was asked for icons of {imageSize} pixels; wanted a power of two from 8 on.");
}
