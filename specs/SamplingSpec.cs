using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>How many icons are drawn from a trained run, and how.</summary>
public sealed record SamplingSpec
{
    /// <summary>Icons to draw. Icon i depends on (seed, i) alone.</summary>
    public int Count { get; init; } = 1024;

    /// <summary>Wall-clock time worked after which sampling ends with the icons it has.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Icons drawn at once; changes speed and memory only.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// How: a diffusion model's reverse process, <see cref="LatentSpec"/> for a GAN, <see cref="LbfgsSpec"/> for a style transfer. An experiment file with several kinds of
    /// models names the reverse process; the others draw with the defaults of theirs.
    /// </summary>
    public SamplerSpec Sampler { get; init; } = new AncestralSpec();
}

/// <summary>A diffusion model's reverse process, a GAN's way from latent to icon, or a style transfer's descent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AncestralSpec), "ancestral")]
[JsonDerivedType(typeof(DdimSpec), "ddim")]
[JsonDerivedType(typeof(DpmSolverSpec), "dpm-solver++")]
[JsonDerivedType(typeof(LatentSpec), "latent")]
[JsonDerivedType(typeof(LbfgsSpec), "l-bfgs")]
public abstract record SamplerSpec;

/// <summary>A way to draw from models that may have been told tags.</summary>
public abstract record AskedSpec : SamplerSpec
{
    /// <summary>The tags that every icon is drawn with, of a model with <c>condition</c>; null: each icon has those of a training icon, so that both sets have the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EquatableList<string>? With { get; init; }

    /// <summary>Whose tags each icon is drawn with, where <see cref="With"/> is null, of a model with <c>condition</c>. Null: a training icon's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TagsOf? TagsOf { get; init; }
}

/// <summary>A diffusion model's reverse process.</summary>
public abstract record ReverseSpec : AskedSpec
{
    /// <summary>
    /// How much tags count, of a model with <c>condition</c>: 0 not at all, 1 as it was trained, more beyond that (classifier-free guidance, Ho &amp;
    /// Salimans 2022). All but 0 and 1 ask the network twice. Null: 1.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Guidance { get; init; }

    /// <summary>The run whose icons are enlarged, of a stage of a cascade; null: icons are drawn from noise alone. A file states a cascade instead.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaseSpec? Base { get; init; }

    /// <summary>How often the network is asked at each step.</summary>
    [JsonIgnore]
    public int PassesPerStep => Guidance is null or 0 or 1 ? 1 : 2;

    /// <summary>The same with other names of the runs of <see cref="Base"/> and of its own base in turn.</summary>
    internal ReverseSpec WithBases(Func<string, string> name) => Base is not { } below ? this : this with
    {
        Base = below with { Run = name(below.Run), Sampler = below.Sampler is ReverseSpec sampler ? sampler.WithBases(name) : below.Sampler },
    };
}

/// <summary>Whose tags icons are drawn with.</summary>
public enum TagsOf
{
    /// <summary>Training icons', so that the drawn icons and these have the same tags.</summary>
    Training,

    /// <summary>Held-out icons', less those that no training icon has: known tags put together as the network has not seen them, unless a training icon has the same.</summary>
    HeldOut,
}

/// <summary>All T steps of Ho et al. 2020, algorithm 2.</summary>
public sealed record AncestralSpec : ReverseSpec;

/// <summary>DDIM (Song et al. 2021): <see cref="Eta"/> 0 is deterministic, 1 is as noisy as ancestral sampling.</summary>
public sealed record DdimSpec : ReverseSpec
{
    public int Steps { get; init; } = 250;

    public double Eta { get; init; }
}

/// <summary>DPM-Solver++(2M) (Lu et al. 2022).</summary>
public sealed record DpmSolverSpec : ReverseSpec
{
    public int Steps { get; init; } = 20;
}

/// <summary>One pass of a GAN's generator from a normal latent.</summary>
public sealed record LatentSpec : AskedSpec
{
    /// <summary>StyleGAN2's ψ: 1 draws as trained, smaller values nearer to the mean icon, which is 0. Other GANs know 1 alone.</summary>
    public double Truncation { get; init; } = 1;
}

/// <summary>A style transfer's descent: its loss is made smaller by L-BFGS (Liu &amp; Nocedal 1989), as in the paper; no step makes it larger.</summary>
public sealed record LbfgsSpec : SamplerSpec
{
    public int Steps { get; init; } = 50;
}
