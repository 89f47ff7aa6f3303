using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// StyleGAN2's residual discriminator (Karras et al. 2020, arXiv:1912.04958, figure 7): icons in, one logit each out.
/// Parameters have the names of stylegan2-ada-pytorch's checkpoints, and from the same seed its initial values. One that is told tags
/// judges an icon by the projection of its features on what the tags are mapped to (Miyato and Koyama 2018).
/// </summary>
public sealed class StyleGan2Discriminator : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly List<StyleGan2DiscriminatorBlock> _blocks = [];
    private readonly StyleGan2TagMapping? mapping;
    private readonly StyleGan2DiscriminatorEpilogue b4;

    /// <param name="spec">Widths, and the group of the minibatch standard deviation.</param>
    /// <param name="resolution">Side of the icons, a power of two from 8 on.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    /// <param name="tags">Tags that it is told of each icon, see <see cref="TagRows"/>; null: none.</param>
    public StyleGan2Discriminator(StyleGan2Spec spec, int resolution, Generator? generator = null, int? tags = null)
        : base(nameof(StyleGan2Discriminator))
    {
        if (resolution < 8 || !int.IsPow2(resolution))
            throw new ArgumentException($"StyleGAN2 was asked to judge icons of {resolution} pixels; wanted a power of two from 8 on.");
        for (var side = resolution; side > 4; side /= 2)
        {
            var block = new StyleGan2DiscriminatorBlock(generator, side == resolution, Channels(side), Channels(side / 2));
            _blocks.Add(block);
            register_module($"b{side}", block);
        }
        if (tags is { } told) mapping = new StyleGan2TagMapping(generator, TagRows.Length(told), Channels(4));
        b4 = new StyleGan2DiscriminatorEpilogue(generator, Channels(4), spec.MinibatchStdGroup, outputs: mapping is null ? 1 : Channels(4));
        RegisterComponents();

        int Channels(int side) => Math.Min(spec.ChannelBase / side, spec.ChannelMax);
    }

    /// <summary>Icons [N,3,H,W], N a multiple of the minibatch standard deviation's group or below it, and their tags, [N, 1 + tags] (null: it is told none) → logits [N,1].</summary>
    public override Tensor forward(Tensor icons, Tensor? tags)
    {
        var features = b4.call(Blocks(icons).Last());
        if (mapping is null) return features;
        var wanted = mapping.call(tags ?? throw new ArgumentNullException(nameof(tags), "The network is told tags; wanted those of each icon."));
        return (features * wanted).sum(1, keepdim: true) * (1 / Math.Sqrt(wanted.shape[1]));
    }

    /// <summary>Each block's features, fine to coarse.</summary>
    internal IEnumerable<Tensor> Blocks(Tensor icons)
    {
        var x = FastOps.channels_last(icons);
        foreach (var block in _blocks)
            yield return x = block.call(x);
    }
}

/// <summary>One resolution of the discriminator: features [N,in,H,W], or icons for the first, → features of half the side.</summary>
internal sealed class StyleGan2DiscriminatorBlock : nn.Module<Tensor, Tensor>
{
    private readonly StyleGan2Conv? fromrgb;
    private readonly StyleGan2Conv conv0;
    private readonly StyleGan2Conv conv1;
    private readonly StyleGan2Conv skip;

    public StyleGan2DiscriminatorBlock(Generator? generator, bool isFirst, long inChannels, long outChannels) : base(nameof(StyleGan2DiscriminatorBlock))
    {
        if (isFirst) fromrgb = new StyleGan2Conv(generator, 3, inChannels, 1);
        conv0 = new StyleGan2Conv(generator, inChannels, inChannels, 3);
        conv1 = new StyleGan2Conv(generator, inChannels, outChannels, 3, down: 2, gain: Math.Sqrt(0.5));
        skip = new StyleGan2Conv(generator, inChannels, outChannels, 1, down: 2, Activation.Linear, bias: false, gain: Math.Sqrt(0.5));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        if (fromrgb is not null) x = fromrgb.call(x);
        var y = conv1.call(conv0.call(x));
        return skip.call(x) + y;
    }
}

/// <summary>What the discriminator makes of tags: [N, 1 + tags] → [N,C]. The reference's mapping network without a latent, of eight layers whatever the generator's has.</summary>
internal sealed class StyleGan2TagMapping : nn.Module<Tensor, Tensor>
{
    private const int Layers = 8;

    private readonly StyleGan2Linear embed;
    private readonly List<StyleGan2Linear> _layers = [];

    public StyleGan2TagMapping(Generator? generator, long rowLength, long channels) : base(nameof(StyleGan2TagMapping))
    {
        embed = new StyleGan2Linear(generator, rowLength, channels);
        for (var i = 0; i < Layers; i++)
        {
            _layers.Add(new StyleGan2Linear(generator, channels, channels, Activation.LeakyRelu, lrMultiplier: 0.01));
            register_module($"fc{i}", _layers[i]);
        }
        RegisterComponents();
    }

    public override Tensor forward(Tensor tags) =>
        _layers.Aggregate(StyleGan2Functions.NormalizeSecondMoment(embed.call(tags)), (x, layer) => layer.call(x));
}

/// <summary>The 4×4 end of the discriminator: [N,C,4,4] → [N,outputs].</summary>
internal sealed class StyleGan2DiscriminatorEpilogue : nn.Module<Tensor, Tensor>
{
    private readonly StyleGan2Conv conv;
    private readonly StyleGan2Linear fc;
    private readonly StyleGan2Linear @out;
    private readonly int _group;

    public StyleGan2DiscriminatorEpilogue(Generator? generator, long channels, int group, long outputs) : base(nameof(StyleGan2DiscriminatorEpilogue))
    {
        conv = new StyleGan2Conv(generator, channels + 1, channels, 3);
        fc = new StyleGan2Linear(generator, channels * 16, channels, Activation.LeakyRelu);
        @out = new StyleGan2Linear(generator, channels, outputs);
        _group = group;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = conv.call(StyleGan2Functions.MinibatchStd(x, _group));
        // In the order of the channels, which is the reference's, not in the memory's.
        return @out.call(fc.call(x.contiguous().reshape(x.shape[0], -1)));
    }
}
