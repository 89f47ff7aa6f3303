using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// StyleGAN2 (Karras et al. 2020, arXiv:1912.04958) as in stylegan2-ada-pytorch; at any power of two from 8 pixels. The defaults are
/// for 128 pixels and some hundred icons: DiffAugment's low-shot settings with the channels that the reference takes at 128.
/// A step is one update of each network, with its regularisation where that is due.
/// </summary>
public sealed record StyleGan2Spec() : GanSpec(latentDim: 512, learningRate: 0.002, beta1: 0, beta2: 0.99)
{
    /// <summary>A layer at resolution r has min(channelBase / r, channelMax) channels.</summary>
    public int ChannelBase { get; init; } = 16384;

    public int ChannelMax { get; init; } = 512;

    /// <summary>Fully connected layers from z to w; w has <see cref="GanSpec.LatentDim"/> components too.</summary>
    public int MappingLayers { get; init; } = 2;

    /// <summary>Icons over which the discriminator's minibatch standard deviation is taken; divides the batch size.</summary>
    public int MinibatchStdGroup { get; init; } = 4;

    /// <summary>R1 penalty on the discriminator; null: none.</summary>
    public R1Spec? R1 { get; init; } = new();

    /// <summary>Path length regularisation of the generator; null: none, as DiffAugment's paper has it for 100 images.</summary>
    public PathLengthSpec? PathLength { get; init; } = new();

    /// <summary>Probability that a batch is drawn with two styles.</summary>
    public double StyleMixing { get; init; } = 0.9;

    public StyleGan2EmaSpec Ema { get; init; } = new();

    public AugmentSpec Augment { get; init; } = new DiffAugmentSpec();

    /// <summary>What of an icon both networks are told, so that icons can be asked for: the tags of every icon (stylegan2-ada-pytorch's conditional networks).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ModelCondition Condition { get; init; }

    [JsonIgnore]
    public override string Label => $"stylegan2 {ChannelBase}{Augment.Label}{(IsToldTags ? " tags" : "")}";

    [JsonIgnore]
    public override string Method => "StyleGAN2";

    [JsonIgnore]
    public override bool IsToldTags => Condition == ModelCondition.Tags;
}

/// <summary>R1 (Mescheder et al. 2018), γ/2 · ‖∇D(x)‖² on real icons.</summary>
public sealed record R1Spec
{
    public double Gamma { get; init; } = 10;

    /// <summary>Steps between two penalties, which are that much stronger.</summary>
    public int Interval { get; init; } = 16;
}

/// <summary>Path length regularisation (Karras et al. 2020, section 3.2).</summary>
public sealed record PathLengthSpec
{
    public double Weight { get; init; } = 2;

    /// <summary>Steps between two penalties, which are that much stronger.</summary>
    public int Interval { get; init; } = 4;
}

/// <summary>Moving average of the generator, which icons are drawn from.</summary>
public sealed record StyleGan2EmaSpec
{
    /// <summary>Thousands of real icons shown until a weight's share in the average has halved.</summary>
    public double HalfLifeKimg { get; init; } = 10;

    /// <summary>The half-life is at most this part of the icons shown so far; null: it is always <see cref="HalfLifeKimg"/>.</summary>
    public double? Rampup { get; init; } = 0.05;
}
