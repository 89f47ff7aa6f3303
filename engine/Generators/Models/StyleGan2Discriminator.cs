using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>How a discriminator's resolutions are joined: not at all, by colours that enter everywhere, or by residual connections.</summary>
public enum DiscriminatorArchitecture { Plain, Skip, Residual }

/// <summary>
/// StyleGAN2's discriminator (Karras et al. 2020, arXiv:1912.04958, figure 7), residual unless told otherwise: icons in, one logit each out.
/// Parameters have the names of stylegan2-ada-pytorch's checkpoints, and from the same seed its initial values.
/// </summary>
public sealed class StyleGan2Discriminator : nn.Module<Tensor, Tensor>
{
    private readonly List<StyleGan2DiscriminatorBlock> _blocks = [];
    private readonly StyleGan2DiscriminatorEpilogue b4;

    /// <param name="spec">Widths, and the group of the minibatch standard deviation.</param>
    /// <param name="resolution">Side of the icons, a power of two from 8 on.</param>
    /// <param name="colours">Channels of the icons.</param>
    /// <param name="architecture">How resolutions are joined.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    public StyleGan2Discriminator(
        StyleGan2Spec spec, int resolution, int colours = 3,
        DiscriminatorArchitecture architecture = DiscriminatorArchitecture.Residual, Generator? generator = null)
        : base(nameof(StyleGan2Discriminator))
    {
        if (resolution < 8 || !int.IsPow2(resolution))
            throw new ArgumentException($"StyleGAN2 was asked to judge icons of {resolution} pixels; wanted a power of two from 8 on.");
        for (var side = resolution; side > 4; side /= 2)
        {
            var block = new StyleGan2DiscriminatorBlock(generator, side == resolution, Channels(side), Channels(side / 2), colours, architecture);
            _blocks.Add(block);
            register_module($"b{side}", block);
        }
        b4 = new StyleGan2DiscriminatorEpilogue(generator, Channels(4), colours, architecture, spec.MinibatchStdGroup);
        RegisterComponents();

        int Channels(int side) => Math.Min(spec.ChannelBase / side, spec.ChannelMax);
    }

    /// <summary>Icons [N,colours,H,W], N a multiple of the minibatch standard deviation's group or below it → logits [N,1].</summary>
    public override Tensor forward(Tensor icons)
    {
        var (x, image) = Blocks(icons).Last();
        return b4.Forward(x, image);
    }

    /// <summary>Each block's features and the colours that the next sees, fine to coarse.</summary>
    internal IEnumerable<(Tensor Features, Tensor? Image)> Blocks(Tensor icons)
    {
        Tensor? x = null, image = FastOps.channels_last(icons);
        foreach (var block in _blocks)
        {
            (x, image) = block.Forward(x, image);
            yield return (x, image);
        }
    }
}

/// <summary>One resolution of the discriminator.</summary>
internal sealed class StyleGan2DiscriminatorBlock : nn.Module
{
    private readonly StyleGan2Conv? fromrgb;
    private readonly StyleGan2Conv conv0;
    private readonly StyleGan2Conv conv1;
    private readonly StyleGan2Conv? skip;
    private readonly DiscriminatorArchitecture _architecture;

    public StyleGan2DiscriminatorBlock(
        Generator? generator, bool isFirst, long inChannels, long outChannels, long colours, DiscriminatorArchitecture architecture)
        : base(nameof(StyleGan2DiscriminatorBlock))
    {
        _architecture = architecture;
        var isResidual = architecture == DiscriminatorArchitecture.Residual;
        if (isFirst || architecture == DiscriminatorArchitecture.Skip)
            fromrgb = new StyleGan2Conv(generator, colours, inChannels, 1);
        conv0 = new StyleGan2Conv(generator, inChannels, inChannels, 3);
        conv1 = new StyleGan2Conv(generator, inChannels, outChannels, 3, down: 2, gain: isResidual ? Math.Sqrt(0.5) : 1);
        if (isResidual)
            skip = new StyleGan2Conv(
                generator, inChannels, outChannels, 1, down: 2, Activation.Linear, bias: false, gain: Math.Sqrt(0.5));
        RegisterComponents();
    }

    /// <summary>Features [N,in,H,W] or, for the first, none, and colours → features of half the side, and colours for the next.</summary>
    public (Tensor Features, Tensor? Image) Forward(Tensor? x, Tensor? image)
    {
        if (fromrgb is not null)
        {
            var colours = fromrgb.call(image!);
            x = x is null ? colours : x + colours;
            image = _architecture != DiscriminatorArchitecture.Skip ? null
                : FastOps.fir2d(image!, FirFilter.Binomial, down: 2, padding: UpFirDn.Downsampling(FirFilter.Binomial.Length, 2));
        }
        var y = conv1.call(conv0.call(x!));
        return (skip is null ? y : skip.call(x!) + y, image);
    }
}

/// <summary>The 4×4 end of the discriminator.</summary>
internal sealed class StyleGan2DiscriminatorEpilogue : nn.Module
{
    private readonly StyleGan2Conv? fromrgb;
    private readonly StyleGan2Conv conv;
    private readonly StyleGan2Linear fc;
    private readonly StyleGan2Linear @out;
    private readonly int _group;

    public StyleGan2DiscriminatorEpilogue(
        Generator? generator, long channels, long colours, DiscriminatorArchitecture architecture, int group)
        : base(nameof(StyleGan2DiscriminatorEpilogue))
    {
        if (architecture == DiscriminatorArchitecture.Skip)
            fromrgb = new StyleGan2Conv(generator, colours, channels, 1);
        conv = new StyleGan2Conv(generator, channels + 1, channels, 3);
        fc = new StyleGan2Linear(generator, channels * 16, channels, Activation.LeakyRelu);
        @out = new StyleGan2Linear(generator, channels, 1);
        _group = group;
        RegisterComponents();
    }

    /// <summary>[N,C,4,4] and, for <see cref="DiscriminatorArchitecture.Skip"/>, colours → [N,1].</summary>
    public Tensor Forward(Tensor x, Tensor? image)
    {
        if (fromrgb is not null) x = x + fromrgb.call(image!);
        x = conv.call(StyleGan2Functions.MinibatchStd(x, _group));
        // In the order of the channels, which is the reference's, not in the memory's.
        return @out.call(fc.call(x.contiguous().reshape(x.shape[0], -1)));
    }
}
