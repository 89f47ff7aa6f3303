using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// When the averaged weights move and how far: the warm-up of lucidrains/ema-pytorch as of July 2022 (its <c>EMA.update</c>,
/// power 2/3, inv_gamma 1). Every <see cref="EmaSpec.UpdateEvery"/>th step, beginning with the first, the average
/// <list type="bullet">
/// <item>copies the weights until <see cref="EmaSpec.UpdateAfterStep"/> is passed, and once more on the first update after it;</item>
/// <item>then moves, average ← average + (1 − decay)·(weights − average), with
/// decay = min(1 − (step − UpdateAfterStep)^(−2/3), <see cref="EmaSpec.Decay"/>).</item>
/// </list>
/// It is one decay per update, not decay^UpdateEvery.
/// </summary>
public static class EmaSchedule
{
    /// <summary>
    /// Decay to use after optimiser step <paramref name="step"/>, counted from 1: null where the average stays as it is, 0 where it
    /// copies the weights.
    /// </summary>
    public static double? Decay(EmaSpec spec, long step)
    {
        if ((step - 1) % spec.UpdateEvery != 0) return null;
        var isFirstAfterWarmUp = step - 1 - spec.UpdateEvery <= spec.UpdateAfterStep;
        return isFirstAfterWarmUp
            ? 0
            : Math.Min(1 - Math.Pow(step - spec.UpdateAfterStep, -2.0 / 3), spec.Decay);
    }
}
