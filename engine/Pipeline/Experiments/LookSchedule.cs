using IconDiffusion.Generators.Training;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// When to look at a training: at steps spaced evenly in their logarithm and at every checkpoint, but for what would make looks cost more
/// than a twentieth of the training. Early looks may draw on what later ones leave over, since it is early that much changes: after a
/// part p of the training √p of all may be spent. A look that is due and too dear is taken as soon as it is not; none is dropped.
/// </summary>
public static class LookSchedule
{
    /// <summary>Step of the first look, whose cost nobody knows before.</summary>
    public const int First = 16;

    /// <summary>Looks for each doubling of the steps.</summary>
    public const int PerDoubling = 4;

    /// <summary>Most that looks may cost, as a part of the whole training; the first and the last are taken whatever they cost.</summary>
    public const double MostCost = 0.05;

    /// <summary>Whether to look.</summary>
    /// <param name="last">Step of the last look, also of one that failed; 0: there was none.</param>
    /// <param name="spent">Seconds that the looks after the first have taken.</param>
    /// <param name="next">Seconds that a look is expected to take; null: nobody knows yet.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="trained">Seconds worked without looks.</param>
    /// <param name="planned">Seconds that the whole training is expected to take without looks.</param>
    public static bool IsDue(long last, double spent, double? next, long step, double trained, double planned, LookOccasion occasion)
    {
        if (occasion == LookOccasion.End) return last < step;
        if (Moments(step) <= Moments(last) && (occasion != LookOccasion.Checkpoint || last == step)) return false;
        return next is null || spent + next <= MostCost * Math.Sqrt(trained * Math.Max(trained, planned));
    }

    // How many moments have passed by a step.
    private static int Moments(long step) => step < First ? 0 : 1 + (int)Math.Floor(PerDoubling * Math.Log2((double)step / First));
}
