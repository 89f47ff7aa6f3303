using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>What the discriminator sees instead of the icons themselves, real ones and drawn ones alike.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoAugmentSpec), "none")]
[JsonDerivedType(typeof(DiffAugmentSpec), "diff-augment")]
[JsonDerivedType(typeof(AdaSpec), "ada")]
public abstract record AugmentSpec
{
    [JsonIgnore]
    internal abstract string Label { get; }
}

/// <summary>The icons as they are.</summary>
public sealed record NoAugmentSpec : AugmentSpec
{
    internal override string Label => "";
}

/// <summary>Differentiable augmentation (Zhao et al. 2020, arXiv:2006.10738), always applied.</summary>
public sealed record DiffAugmentSpec : AugmentSpec
{
    /// <summary>Applied in this order.</summary>
    public EquatableList<DiffAugmentPolicy> Policy { get; init; } =
        [DiffAugmentPolicy.Color, DiffAugmentPolicy.Translation, DiffAugmentPolicy.Cutout];

    internal override string Label => " diff-augment";
}

/// <summary>Brightness, saturation and contrast; a shift by up to an eighth; a square hole of half the side.</summary>
public enum DiffAugmentPolicy { Color, Translation, Cutout }

/// <summary>
/// Adaptive discriminator augmentation (Karras et al. 2020, arXiv:2006.06676). Every <see cref="Interval"/> steps the probability p of
/// each transform moves towards where real icons' mean sign of the logits is <see cref="Target"/>. The paper lets p grow without
/// bound, and with a few hundred icons it does, until transforms leak into what is drawn; here it has a <see cref="Cap"/>.
/// </summary>
public sealed record AdaSpec : AugmentSpec
{
    public double Target { get; init; } = 0.6;

    /// <summary>The most that p can become.</summary>
    public double Cap { get; init; } = 0.8;

    /// <summary>Steps between two adjustments of p.</summary>
    public int Interval { get; init; } = 4;

    /// <summary>Thousands of real icons that p would take from 0 to 1.</summary>
    public double Kimg { get; init; } = 500;

    /// <summary>The transforms in use, whatever their order here. Rotations are left out by default: they leak first.</summary>
    public EquatableList<AdaTransform> Transforms { get; init; } =
    [
        AdaTransform.Xflip, AdaTransform.Xint, AdaTransform.Scale, AdaTransform.Aniso, AdaTransform.Xfrac,
        AdaTransform.Brightness, AdaTransform.Contrast, AdaTransform.Lumaflip, AdaTransform.Hue, AdaTransform.Saturation,
    ];

    internal override string Label => " ada";
}

/// <summary>The reference's transforms of its group <c>bgc</c>, by its names.</summary>
public enum AdaTransform
{
    Xflip, Rotate90, Xint, Scale, Rotate, Aniso, Xfrac, Brightness, Contrast, Lumaflip, Hue, Saturation,
}
