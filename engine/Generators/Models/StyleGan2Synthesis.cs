using IconDiffusion.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>From one w per layer to icons: a learned 4×4 constant, two layers per resolution, and the sum of all resolutions' colours.</summary>
public sealed class StyleGan2Synthesis : nn.Module
{
    private readonly List<StyleGan2SynthesisBlock> _blocks = [];

    /// <param name="wDim">Components of w.</param>
    /// <param name="resolution">Side of the icons, a power of two from 8 on.</param>
    /// <param name="channels">Channels of the layers at a resolution.</param>
    /// <param name="generator">CPU generator of the initial weights.</param>
    public StyleGan2Synthesis(long wDim, int resolution, Func<int, int> channels, Generator? generator = null)
        : base(nameof(StyleGan2Synthesis))
    {
        for (var side = 4; side <= resolution; side *= 2)
        {
            var block = new StyleGan2SynthesisBlock(generator, wDim, side == 4 ? 0 : channels(side / 2), channels(side), side);
            _blocks.Add(block);
            register_module($"b{side}", block);
        }
        RegisterComponents();
    }

    /// <summary>How many w an icon is made from: one per convolution and one for the last colours.</summary>
    public int StyleCount => NoiseSides.Count + 1;

    /// <summary>Sides of the noise images, one for every convolution.</summary>
    public IReadOnlyList<long> NoiseSides => [.. Layers.Select(layer => layer.Resolution)];

    /// <summary>The noise that is part of the weights, one [1,1,H,W] per convolution; draws the same icon from the same w.</summary>
    public IReadOnlyList<Tensor> ConstantNoise() => [.. Layers.Select(layer => layer.ConstantNoise)];

    /// <summary>The icons.</summary>
    /// <param name="ws">[N,<see cref="StyleCount"/>,w].</param>
    /// <param name="noise">N(0,1), [N,1,H,W] or [1,1,H,W] for each of <see cref="NoiseSides"/>; none for no noise.</param>
    /// <returns>[N,3,H,W], about [−1, 1], not cut off.</returns>
    public Tensor Forward(Tensor ws, IReadOnlyList<Tensor>? noise)
    {
        using var scope = NewDisposeScope();
        (Tensor Features, Tensor Image)? done = null;
        foreach (var block in Blocks(ws, noise))
        {
            // Without gradients nobody needs them any more, and they are large.
            done?.Features.Dispose();
            done?.Image.Dispose();
            done = block;
        }
        return done!.Value.Image.MoveToOuterDisposeScope();
    }

    /// <summary>Each block's features and the colours summed so far, coarse to fine.</summary>
    internal IEnumerable<(Tensor Features, Tensor Image)> Blocks(Tensor ws, IReadOnlyList<Tensor>? noise)
    {
        if (ws.ndim != 3 || ws.shape[1] != StyleCount)
            throw new ArgumentException($"The synthesis network came with w of shape [{string.Join(',', ws.shape)}]; wanted [N,{StyleCount},w].");
        if (noise is not null && noise.Count != StyleCount - 1)
            throw new ArgumentException($"The synthesis network came with {noise.Count} noise images; wanted {StyleCount - 1}.");
        Tensor? features = null, image = null;
        var layer = 0;
        foreach (var block in _blocks)
        {
            (features, image) = block.Forward(
                features, image, Enumerable.Range(layer, block.Layers.Count + 1).Select(i => ws.select(1, i)).ToArray(),
                Enumerable.Range(layer, block.Layers.Count).Select(i => noise?[i]).ToArray());
            layer += block.Layers.Count; // the colours share their w with the next block's first layer
            yield return (features, image);
        }
    }

    private IEnumerable<StyleGan2SynthesisLayer> Layers => _blocks.SelectMany(block => block.Layers);
}

/// <summary>One resolution of the synthesis network.</summary>
internal sealed class StyleGan2SynthesisBlock : nn.Module
{
    private readonly Parameter? @const;               // [C,4,4], the first block's
    private readonly StyleGan2SynthesisLayer? conv0;  // every other block's
    private readonly StyleGan2SynthesisLayer conv1;
    private readonly StyleGan2ToRgb torgb;

    /// <param name="inChannels">0 for the first block.</param>
    public StyleGan2SynthesisBlock(Generator? generator, long wDim, long inChannels, long outChannels, int resolution)
        : base(nameof(StyleGan2SynthesisBlock))
    {
        if (inChannels == 0)
            @const = new Parameter(randn([outChannels, resolution, resolution], generator: generator));
        else
            conv0 = new StyleGan2SynthesisLayer(generator, wDim, inChannels, outChannels, resolution, up: 2);
        conv1 = new StyleGan2SynthesisLayer(generator, wDim, outChannels, outChannels, resolution);
        torgb = new StyleGan2ToRgb(generator, wDim, outChannels, 3);
        Layers = conv0 is null ? [conv1] : [conv0, conv1];
        RegisterComponents();
    }

    public IReadOnlyList<StyleGan2SynthesisLayer> Layers { get; }

    /// <summary>Features and colours of half the side, or none → those of this side. One w per layer and one for the colours.</summary>
    public (Tensor Features, Tensor Image) Forward(Tensor? features, Tensor? image, Tensor[] ws, Tensor?[] noise)
    {
        using var scope = NewDisposeScope();
        var x = features ?? @const!.unsqueeze(0).repeat(ws[0].shape[0], 1, 1, 1);
        for (var i = 0; i < Layers.Count; i++)
            x = Layers[i].Forward(x, ws[i], noise[i]);
        var colours = torgb.Forward(x, ws[^1]);
        if (image is not null)
            colours += FastOps.fir2d(
                image, FirFilter.Binomial, up: 2, padding: UpFirDn.Upsampling(FirFilter.Binomial.Length, 2), gain: 4);
        return (x.MoveToOuterDisposeScope(), colours.MoveToOuterDisposeScope());
    }
}
