using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// How long to train between two checkpoints where the experiment does not state it: a twentieth of what the whole training will take, so that a
/// crash costs no more of it. A checkpoint that is dear is made so seldom that all of them take a hundredth of the time, but every five minutes.
/// </summary>
public static class CheckpointCadence
{
    /// <summary>The part of a training that a crash may cost.</summary>
    public const double MostLost = 0.05;

    /// <summary>The part of the time that checkpoints may take.</summary>
    public const double MostCost = 0.01;

    /// <summary>However short the training is, as nobody knows yet what its first checkpoint takes.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>However long the training is, and whatever a checkpoint takes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <param name="step">Optimiser steps done.</param>
    /// <param name="worked">Time worked on them.</param>
    /// <param name="cost">What the last checkpoint took; zero: there was none.</param>
    /// <returns>Time worked from one checkpoint to the next, <see cref="Shortest"/> to <see cref="Longest"/>.</returns>
    public static TimeSpan Of(TrainingSpec training, long step, TimeSpan worked, TimeSpan cost)
    {
        var budget = training.Budget.TotalSeconds;
        var whole = training.Steps is { } steps && step > 0 ? Math.Min(budget, worked.TotalSeconds / step * steps) : budget;
        var seconds = Math.Max(MostLost * whole, cost.TotalSeconds / MostCost);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, Shortest.TotalSeconds, Longest.TotalSeconds));
    }
}
