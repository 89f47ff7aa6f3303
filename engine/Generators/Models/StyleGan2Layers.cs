using IconDiffusion.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// Fully connected layer with an equalised learning rate: weights are kept at N(0,1)/m and used at m/√in times that, biases at m times,
/// m being <c>lrMultiplier</c>.
/// </summary>
internal sealed class StyleGan2Linear : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in]
    private readonly Parameter bias;   // [out]
    private readonly Activation _activation;
    private readonly double _weightGain;
    private readonly double _biasGain;

    public StyleGan2Linear(
        Generator? generator, long inFeatures, long outFeatures,
        Activation activation = Activation.Linear, double lrMultiplier = 1, double biasInit = 0) : base(nameof(StyleGan2Linear))
    {
        weight = new Parameter(randn([outFeatures, inFeatures], generator: generator) / lrMultiplier);
        bias = new Parameter(full([outFeatures], biasInit));
        (_activation, _weightGain, _biasGain) = (activation, lrMultiplier / Math.Sqrt(inFeatures), lrMultiplier);
        RegisterComponents();
    }

    /// <summary>[N,in] → [N,out].</summary>
    public override Tensor forward(Tensor x)
    {
        var y = FastOps.linear(x, weight * _weightGain, _biasGain == 1 ? bias : bias * _biasGain);
        return _activation == Activation.Linear ? y : StyleGan2Functions.BiasAct(y, null, _activation);
    }
}

/// <summary>Convolution with an equalised learning rate, bias and leaky ReLU, as the discriminator's.</summary>
internal sealed class StyleGan2Conv : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [out,in,k,k], used at 1/√(in·k·k)
    private readonly Parameter? bias;  // [out]
    private readonly long _down;
    private readonly double _weightGain;
    private readonly Activation _activation;
    private readonly double _gain;
    private readonly double? _clamp;

    /// <param name="gain">Factor on the activation's own gain.</param>
    /// <param name="clamp">Values are cut off at ± this times <paramref name="gain"/>.</param>
    public StyleGan2Conv(
        Generator? generator, long inChannels, long outChannels, long kernel, long down = 1,
        Activation activation = Activation.LeakyRelu, bool bias = true, double gain = 1, double? clamp = null) : base(nameof(StyleGan2Conv))
    {
        weight = new Parameter(randn([outChannels, inChannels, kernel, kernel], generator: generator));
        this.bias = bias ? new Parameter(zeros(outChannels)) : null;
        _weightGain = 1 / Math.Sqrt(inChannels * kernel * kernel);
        (_down, _activation, _clamp) = (down, activation, clamp * gain);
        _gain = activation == Activation.Linear ? gain : gain * Math.Sqrt(2);
        RegisterComponents();
    }

    /// <summary>[N,in,H,W] → [N,out,H/down,W/down].</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        // A linear layer's gain goes into the weights.
        var isPlain = _activation == Activation.Linear && bias is null && _clamp is null;
        var y = StyleGan2Functions.Conv2dResample(x, weight * (isPlain ? _weightGain * _gain : _weightGain), down: _down);
        return (isPlain ? y : StyleGan2Functions.BiasAct(y, bias, _activation, gain: _gain, clamp: _clamp)).MoveToOuterDisposeScope();
    }
}

/// <summary>Modulated 3×3 convolution, noise, bias and leaky ReLU.</summary>
internal sealed class StyleGan2SynthesisLayer : nn.Module
{
    // In the order in which the reference draws their initial values.
    private readonly StyleGan2Linear affine;
    private readonly Parameter weight;          // [out,in,3,3]
    private readonly Tensor noise_const;        // [resolution,resolution]
    private readonly Parameter noise_strength;  // []
    private readonly Parameter bias;            // [out]
    private readonly long _up;

    public StyleGan2SynthesisLayer(Generator? generator, long wDim, long inChannels, long outChannels, long resolution, long up = 1)
        : base(nameof(StyleGan2SynthesisLayer))
    {
        affine = new StyleGan2Linear(generator, wDim, inChannels, biasInit: 1);
        weight = new Parameter(randn([outChannels, inChannels, 3, 3], generator: generator));
        noise_const = randn([resolution, resolution], generator: generator);
        noise_strength = new Parameter(zeros([]));
        bias = new Parameter(zeros(outChannels));
        (_up, Resolution) = (up, resolution);
        RegisterComponents();
    }

    /// <summary>Side of the result.</summary>
    public long Resolution { get; }

    /// <summary>The noise that stays the same, [1,1,H,W].</summary>
    public Tensor ConstantNoise => noise_const.reshape(1, 1, Resolution, Resolution);

    /// <summary>[N,in,H,W], [N,w], noise [N,1,H′,W′] or [1,1,H′,W′] or none → [N,out,H′,W′], H′ = H·up.</summary>
    public Tensor Forward(Tensor x, Tensor w, Tensor? noise)
    {
        using var scope = NewDisposeScope();
        var styles = affine.call(w);
        var y = StyleGan2Functions.Conv2dResample(FastOps.modulate(x, styles), weight, _up, flip: _up > 1);
        return FastOps.scaled_lrelu(
            y, StyleGan2Functions.Demodulation(weight, styles), noise is null ? null : noise * noise_strength, bias)
            .MoveToOuterDisposeScope();
    }
}

/// <summary>Modulated 1×1 convolution to colours, not demodulated, without noise or activation.</summary>
internal sealed class StyleGan2ToRgb : nn.Module
{
    private readonly StyleGan2Linear affine;
    private readonly Parameter weight; // [colours,in,1,1], used at 1/√in
    private readonly Parameter bias;   // [colours]
    private readonly double _weightGain;

    public StyleGan2ToRgb(Generator? generator, long wDim, long inChannels, long colours) : base(nameof(StyleGan2ToRgb))
    {
        affine = new StyleGan2Linear(generator, wDim, inChannels, biasInit: 1);
        weight = new Parameter(randn([colours, inChannels, 1, 1], generator: generator));
        bias = new Parameter(zeros(colours));
        _weightGain = 1 / Math.Sqrt(inChannels);
        RegisterComponents();
    }

    /// <summary>[N,in,H,W], [N,w] → [N,colours,H,W].</summary>
    public Tensor Forward(Tensor x, Tensor w) =>
        StyleGan2Functions.ModulatedPointwise(x, weight, affine.call(w) * _weightGain) + bias.reshape(1, -1, 1, 1);
}
