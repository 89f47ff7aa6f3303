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
