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

    public SamplerSpec Sampler { get; init; } = new AncestralSpec();
}

/// <summary>The reverse process.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AncestralSpec), "ancestral")]
[JsonDerivedType(typeof(DdimSpec), "ddim")]
[JsonDerivedType(typeof(DpmSolverSpec), "dpm-solver++")]
public abstract record SamplerSpec;

/// <summary>All T steps of Ho et al. 2020, algorithm 2.</summary>
public sealed record AncestralSpec : SamplerSpec;

/// <summary>DDIM (Song et al. 2021): <see cref="Eta"/> 0 is deterministic, 1 is as noisy as ancestral sampling.</summary>
public sealed record DdimSpec : SamplerSpec
{
    public int Steps { get; init; } = 250;

    public double Eta { get; init; }
}

/// <summary>DPM-Solver++(2M) (Lu et al. 2022).</summary>
public sealed record DpmSolverSpec : SamplerSpec
{
    public int Steps { get; init; } = 20;
}
