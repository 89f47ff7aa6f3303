using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Diffusion;

/// <summary>
/// The forward process q(x_t | x_{t−1}) = N(√(1−β_t)·x_{t−1}, β_t) of Ho et al. 2020, tabulated for t = 0…T−1.
/// Everything is derived from β in float64; what multiplies pixels is then rounded to float32, as the reference implementation does.
/// </summary>
public sealed class NoiseSchedule
{
    /// <exception cref="ArgumentException">No such schedule of that length.</exception>
    public NoiseSchedule(BetaSchedule kind, int timesteps)
    {
        if (timesteps < 2)
            throw new ArgumentException($"A noise schedule of {timesteps} timesteps was asked for; wanted 2 or more.");
        if (kind == BetaSchedule.Linear && timesteps <= 20)
            throw new ArgumentException($"The linear schedule of {timesteps} timesteps reaches β ≥ 1; wanted more than 20 timesteps.");

        Beta = kind switch
        {
            BetaSchedule.Linear => Linear(timesteps),
            BetaSchedule.Cosine => FromAlphaBar(timesteps, Cosine),
            BetaSchedule.Sigmoid => FromAlphaBar(timesteps, Sigmoid),
            _ => throw new ArgumentException($"The noise schedule is {kind}; known are Linear, Cosine and Sigmoid."),
        };

        AlphaBar = new double[timesteps];
        AlphaBarPrevious = new double[timesteps];
        var product = 1.0;
        for (var t = 0; t < timesteps; t++)
        {
            AlphaBarPrevious[t] = product;
            AlphaBar[t] = product *= 1 - Beta[t];
        }

        SqrtAlphaBar = Table(t => Math.Sqrt(AlphaBar[t]));
        SqrtOneMinusAlphaBar = Table(t => Math.Sqrt(1 - AlphaBar[t]));
        SqrtRecipAlphaBar = Table(t => Math.Sqrt(1 / AlphaBar[t]));
        SqrtRecipAlphaBarMinusOne = Table(t => Math.Sqrt(1 / AlphaBar[t] - 1));
        PosteriorMeanOfStart = Table(t => Beta[t] * Math.Sqrt(AlphaBarPrevious[t]) / (1 - AlphaBar[t]));
        PosteriorMeanOfCurrent = Table(t => (1 - AlphaBarPrevious[t]) * Math.Sqrt(1 - Beta[t]) / (1 - AlphaBar[t]));
        PosteriorLogVariance = Table(t => Math.Log(Math.Max(PosteriorVariance(t), 1e-20)));
    }

    /// <summary>T, the number of time steps.</summary>
    public int Timesteps => Beta.Length;

    /// <summary>β_t.</summary>
    public double[] Beta { get; }

    /// <summary>ᾱ_t, the product of 1 − β up to and with t.</summary>
    public double[] AlphaBar { get; }

    /// <summary>ᾱ_{t−1}, 1 at t = 0.</summary>
    public double[] AlphaBarPrevious { get; }

    /// <summary>√ᾱ_t.</summary>
    public float[] SqrtAlphaBar { get; }

    /// <summary>√(1 − ᾱ_t).</summary>
    public float[] SqrtOneMinusAlphaBar { get; }

    /// <summary>√(1 / ᾱ_t).</summary>
    public float[] SqrtRecipAlphaBar { get; }

    /// <summary>√(1 / ᾱ_t − 1).</summary>
    public float[] SqrtRecipAlphaBarMinusOne { get; }

    /// <summary>Coefficient of x₀ in the mean of q(x_{t−1} | x_t, x₀), eq. 7.</summary>
    public float[] PosteriorMeanOfStart { get; }

    /// <summary>Coefficient of x_t in that mean.</summary>
    public float[] PosteriorMeanOfCurrent { get; }

    /// <summary>Logarithm of that distribution's variance, which is 0 at t = 0 and is taken for 10⁻²⁰ there.</summary>
    public float[] PosteriorLogVariance { get; }

    /// <summary>Variance of q(x_{t−1} | x_t, x₀), eq. 7.</summary>
    public double PosteriorVariance(int t) => Beta[t] * (1 - AlphaBarPrevious[t]) / (1 - AlphaBar[t]);

    /// <summary>ᾱ_t / (1 − ᾱ_t).</summary>
    public double SignalToNoise(int t) => AlphaBar[t] / (1 - AlphaBar[t]);

    // Ho et al. 2020, stretched to T steps.
    private static double[] Linear(int timesteps)
    {
        var (first, last) = (0.1 / timesteps, 20.0 / timesteps);
        return [.. Enumerable.Range(0, timesteps).Select(t => first + (last - first) * t / (timesteps - 1))];
    }

    // Nichol & Dhariwal 2021 (arXiv:2102.09672), eq. 17.
    private static double Cosine(double time)
    {
        const double s = 0.008;
        var cos = Math.Cos((time + s) / (1 + s) * Math.PI * 0.5);
        return cos * cos;
    }

    // Jabri et al. 2022 (arXiv:2212.11972), figure 8. The reference takes the sigmoids of the two ends in float32.
    private static double Sigmoid(double time)
    {
        const double start = -3, end = 3;
        double first = 1 / (1 + MathF.Exp(-(float)start));
        double last = 1 / (1 + MathF.Exp(-(float)end));
        return (last - 1 / (1 + Math.Exp(-(time * (end - start) + start)))) / (last - first);
    }

    private static double[] FromAlphaBar(int timesteps, Func<double, double> alphaBar)
    {
        var betas = new double[timesteps];
        var origin = alphaBar(0);
        for (var t = 0; t < timesteps; t++)
        {
            var ratio = alphaBar((double)(t + 1) / timesteps) / origin / (alphaBar((double)t / timesteps) / origin);
            betas[t] = Math.Clamp(1 - ratio, 0, 0.999);
        }
        return betas;
    }

    private float[] Table(Func<int, double> value) => [.. Enumerable.Range(0, Timesteps).Select(t => (float)value(t))];
}
