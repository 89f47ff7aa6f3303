using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// How a run trains. Defaults are those of lucidrains' <c>Trainer</c> of July 2022 and the preprint's 12 hours. A GAN has its own
/// optimiser's settings in its <see cref="GanSpec"/> and refuses gradientAccumulation, gradientClip, adam and ema here, except in a
/// file with diffusion models, which they are meant for then.
/// </summary>
public sealed record TrainingSpec
{
    /// <summary>Wall-clock time worked, over all interruptions, after which training ends.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Optimiser steps after which training ends, if the budget lasts; null: the budget alone ends it.</summary>
    public long? Steps { get; init; }

    /// <summary>What ends training before its limits, and which weights are its result.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TrainingStop Stop { get; init; }

    public int BatchSize { get; init; } = 16;

    /// <summary>Batches whose gradients are averaged for one optimiser step.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Clips the gradient's L2 norm; null: not clipped.</summary>
    public double? GradientClip { get; init; }

    public AdamSpec Adam { get; init; } = new();

    public EmaSpec Ema { get; init; } = new();

    /// <summary>TF32 matrix units on CUDA devices, as in the preprint.</summary>
    public bool Tf32 { get; init; } = true;

    /// <summary>
    /// Whose averaged weights a diffusion model starts from: a run, by the first digits of its id; a file of such weights, whose name ends in .safetensors, of which
    /// the consent.json beside it tells what it may be used for; <c>source</c>, the run that the file describes under that key and that is trained first. Null: random weights.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>What keeps a network that starts <see cref="From"/> another one close to it; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdaptationSpec? Adaptation { get; init; }
}

/// <summary>How a network is kept close to the one that it starts from, beside the loss of its own icons.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PairwiseSpec), "pairwise")]
public abstract record AdaptationSpec;

/// <summary>DDPM-PA (Zhu et al. 2022, arXiv 2211.03264): icons of one batch keep the distances to one another that the source network gives them.</summary>
public sealed record PairwiseSpec : AdaptationSpec
{
    /// <summary>Weight λ₂ of the distances between icons; the paper has 0.1 to 1.</summary>
    public double Images { get; init; } = 0.5;

    /// <summary>Weight λ₃ of the distances between their high frequencies; the paper has 0.1 to 1.</summary>
    public double HighFrequencies { get; init; } = 0.5;

    /// <summary>Weight λ₄ of the training icons' own high frequencies; the paper has 0.01 to 0.08.</summary>
    public double Details { get; init; } = 0.05;
}

/// <summary>What ends a training before its limits.</summary>
public enum TrainingStop
{
    /// <summary>Nothing; the last weights are the result, which says whether they lie before, inside or after the safe window.</summary>
    Budget,

    /// <summary>That the safe window is over: the network copies its training icons. The weights of the best step before that are the result.</summary>
    Window,
}

/// <summary>Adam (Kingma &amp; Ba 2015) as in <c>torch.optim.Adam</c>.</summary>
public sealed record AdamSpec
{
    public double LearningRate { get; init; } = 1e-4;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>Exponential moving average of the weights with ema_pytorch's warm-up.</summary>
public sealed record EmaSpec
{
    /// <summary>Highest decay.</summary>
    public double Decay { get; init; } = 0.995;

    /// <summary>Optimiser steps between two updates.</summary>
    public int UpdateEvery { get; init; } = 10;

    /// <summary>Steps during which the average is a plain copy.</summary>
    public int UpdateAfterStep { get; init; } = 100;
}

/// <summary>What is written while a run works. It changes no result, so it is no part of a run's identity.</summary>
public sealed record MonitoringSpec
{
    /// <summary>Time worked between two checkpoints; null: a twentieth of what the training will take, but a hundred times what a checkpoint takes, and five minutes at most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? CheckpointEvery { get; init; }

    /// <summary>Optimiser steps between two sample strips.</summary>
    public int StripEvery { get; init; } = 1000;

    /// <summary>What to do when a GAN has collapsed. It decides how far a run comes, not what its steps compute.</summary>
    public CollapseResponse OnCollapse { get; init; } = CollapseResponse.Fail;
}

/// <summary>End the run as failed and keep its last good checkpoint, or warn and go on.</summary>
public enum CollapseResponse { Fail, Warn }
