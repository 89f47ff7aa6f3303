using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Sampling;

/// <summary>
/// Icons whose pixels are independent N(mean, deviation²). Then E[x₀ | x_t] is linear in x_t, which makes the perfect model, and the
/// probability-flow ODE only shifts and scales.
/// </summary>
internal sealed class GaussianData(DiffusionSpec spec, double mean = 0.2, double deviation = 0.1)
{
    private readonly NoiseSchedule _schedule = new(spec.Schedule, spec.Timesteps);

    /// <summary>The prediction that minimises the squared error, for the spec's objective.</summary>
    public Tensor Model(Tensor x, Tensor t)
    {
        var level = (int)t.data<long>()[0];
        var alphaBar = _schedule.AlphaBar[level];
        var (signal, noise) = (Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        // In float64, so that dividing by a tiny √ᾱ costs no accuracy.
        var wide = x.to(ScalarType.Float64);
        var x0 = Start(wide, level);
        var prediction = spec.Objective switch
        {
            Objective.Noise => (wide - x0 * signal) / noise,
            Objective.Start => x0,
            _ => (wide - x0 * signal) / noise * signal - x0 * noise,
        };
        return prediction.to(ScalarType.Float32);
    }

    /// <summary>What the ODE makes of x at level <paramref name="from"/> by level <paramref name="to"/>.</summary>
    public Tensor Flow(Tensor x, int from, int to)
    {
        var (a, b) = (_schedule.AlphaBar[from], _schedule.AlphaBar[to]);
        return (x.to(ScalarType.Float64) - Math.Sqrt(a) * mean) * (Spread(b) / Spread(a)) + Math.Sqrt(b) * mean;
    }

    /// <summary>E[x₀ | x_t].</summary>
    public Tensor Start(Tensor x, int t)
    {
        var alphaBar = _schedule.AlphaBar[t];
        var gain = deviation * deviation * Math.Sqrt(alphaBar) / (Spread(alphaBar) * Spread(alphaBar));
        return (x - Math.Sqrt(alphaBar) * mean) * gain + mean;
    }

    private double Spread(double alphaBar) => Math.Sqrt(alphaBar * deviation * deviation + 1 - alphaBar);
}
