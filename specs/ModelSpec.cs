using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>A method and its shape.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DdpmSpec), "ddpm")]
[JsonDerivedType(typeof(CascadeSpec), "cascade")]
[JsonDerivedType(typeof(DcganSpec), "dcgan")]
[JsonDerivedType(typeof(WganGpSpec), "wgan-gp")]
[JsonDerivedType(typeof(StyleGan2Spec), "stylegan2")]
[JsonDerivedType(typeof(StyleTransferSpec), "style-transfer")]
public abstract record ModelSpec
{
    /// <summary>A short name for tables, such as <c>ddpm 64 (1,16)</c>.</summary>
    [JsonIgnore]
    public abstract string Label { get; }

    /// <summary>The method as a person tells it from others, such as <c>diffusion, hourglass</c>.</summary>
    [JsonIgnore]
    public abstract string Method { get; }

    /// <summary>What a person brings for each new picture.</summary>
    [JsonIgnore]
    public virtual PictureInput Input => IsToldTags ? PictureInput.Tags : PictureInput.Nothing;

    /// <summary>Whether the network is told the icons' tags, so that icons can be asked for.</summary>
    [JsonIgnore]
    public virtual bool IsToldTags => false;
}

/// <summary>What a person brings for each new picture that a model draws.</summary>
public enum PictureInput
{
    Nothing,

    /// <summary>Tags that it shall show.</summary>
    Tags,

    /// <summary>A picture that it is to be like.</summary>
    ContentPicture,
}

/// <summary>Denoising diffusion (Ho et al. 2020) with lucidrains' U-Net.</summary>
public sealed record DdpmSpec : ModelSpec
{
    public required UnetSpec Unet { get; init; }

    public DiffusionSpec Diffusion { get; init; } = new();

    /// <summary>What of an icon the network is told, so that icons can be asked for: tags of nine icons out of ten, which guidance needs (Ho &amp; Salimans 2022).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ModelCondition Condition { get; init; }

    /// <summary>What makes it a stage of a cascade, which enlarges icons; null: it draws them from noise alone. A file states a cascade instead.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EnlargeSpec? Enlarges { get; init; }

    [JsonIgnore]
    public override string Label =>
        $"ddpm {Unet.Dim} {Unet.DimMults}{Unet.Knockout.Label}{(IsToldTags ? " tags" : "")}{(Enlarges is { From: var from } ? $" from {from} px" : "")}";

    [JsonIgnore]
    public override string Method => Enlarges is not null ? "cascade" : Unet.IsHourglass ? "diffusion, hourglass" : "diffusion";

    [JsonIgnore]
    public override bool IsToldTags => Condition == ModelCondition.Tags;
}

/// <summary>What a network is told of the icons that it learns and draws.</summary>
public enum ModelCondition
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Their tags.</summary>
    Tags,
}

/// <summary>Shape of lucidrains' <c>Unet</c> as of July 2022.</summary>
public sealed record UnetSpec
{
    /// <summary>Channels of the first level.</summary>
    public required int Dim { get; init; }

    /// <summary>Channel multiplier of each level; all but the last halve the resolution. (1,16) and (1,4,16) are the extreme hourglass.</summary>
    public required EquatableList<int> DimMults { get; init; }

    /// <summary>Groups of every GroupNorm; divides all channel counts.</summary>
    public int ResnetBlockGroups { get; init; } = 8;

    /// <summary>Parts removed, to find out where the layout lives.</summary>
    public KnockoutSpec Knockout { get; init; } = new();

    /// <summary>Whether its channels grow fourfold or more from each level to the next, where the ordinary U-Net doubles them.</summary>
    [JsonIgnore]
    public bool IsHourglass => DimMults.Count > 1 && DimMults.Zip(DimMults.Skip(1)).All(pair => pair.Second >= 4 * pair.First);

    /// <summary>Factor between the icon's side and the bottleneck's: 2^(levels − 1).</summary>
    [JsonIgnore]
    public int DownSampling => 1 << Math.Max(0, DimMults.Count - 1);
}

/// <summary>Parts of the U-Net that are knocked out (the preprint's hypothesis asks which part holds the layout).</summary>
public sealed record KnockoutSpec
{
    /// <summary>Levels, 0 the finest, whose two skip connections carry zeros.</summary>
    public EquatableList<int> SkipLevels { get; init; } = [];

    /// <summary>Leaves the attention at the bottleneck out.</summary>
    public bool BottleneckAttention { get; init; }

    [JsonIgnore]
    internal string Label =>
        (SkipLevels.Count > 0 ? $" −skip{SkipLevels}" : "") + (BottleneckAttention ? " −attention" : "");
}

/// <summary>The forward process and what the network predicts.</summary>
public sealed record DiffusionSpec
{
    /// <summary>Length T of the forward process.</summary>
    public int Timesteps { get; init; } = 1000;

    public BetaSchedule Schedule { get; init; } = BetaSchedule.Cosine;

    public Objective Objective { get; init; } = Objective.Noise;

    public DiffusionLoss Loss { get; init; } = DiffusionLoss.L1;

    /// <summary>Caps the loss weight at this signal-to-noise ratio (min-SNR, Hang et al. 2023); null: unweighted.</summary>
    public double? MinSnrGamma { get; init; }
}

/// <summary>How β_t grows: Ho et al. 2020; Nichol &amp; Dhariwal 2021; Jabri et al. 2022.</summary>
public enum BetaSchedule { Linear, Cosine, Sigmoid }

/// <summary>What the network predicts: ε, x₀, or v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans &amp; Ho 2022).</summary>
public enum Objective { Noise, Start, Velocity }

/// <summary>Mean absolute or mean squared error.</summary>
public enum DiffusionLoss { L1, L2 }
