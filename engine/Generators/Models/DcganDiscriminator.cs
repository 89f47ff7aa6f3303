using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// DCGAN's discriminator (Radford et al. 2016) as in pytorch/examples, with its names: convolutions halve the icon's side down to
/// 4×4 pixels, which become one probability. Sizes other than 64 as for <see cref="DcganGenerator"/>.
/// </summary>
public sealed class DcganDiscriminator : Module<Tensor, Tensor>
{
    private const double Slope = 0.2;

    private readonly Sequential main;

    /// <param name="spec">Widths.</param>
    /// <param name="imageSize">Side of the icons: 4·2ⁿ, from 8 on.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    public DcganDiscriminator(DcganSpec spec, int imageSize, Generator? generator = null) : base(nameof(DcganDiscriminator))
    {
        var channels = spec.DiscriminatorChannels;
        List<Module<Tensor, Tensor>> layers =
            [new DcganConv2d(generator, 3, channels, stride: 2, padding: 1), LeakyReLU(Slope, inplace: true)];
        for (var halvings = DcganShape.Doublings(imageSize); halvings > 1; halvings--, channels *= 2)
        {
            layers.Add(new DcganConv2d(generator, channels, channels * 2, stride: 2, padding: 1));
            layers.AddRange(DcganInitial.Norm(generator, channels * 2), LeakyReLU(Slope, inplace: true));
        }
        layers.AddRange(new DcganConv2d(generator, channels, 1, stride: 1, padding: 0), Sigmoid());
        main = Sequential([.. layers]);
        RegisterComponents();
    }

    /// <summary>Icons [N,3,side,side] → the probabilities [N] that they are real.</summary>
    public override Tensor forward(Tensor x) => main.call(FastOps.channels_last(x)).reshape(-1);
}
