using IconDiffusion.Generators.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095), algorithm 2: a second-order multistep solver of the probability-flow ODE in
/// terms of x₀. Deterministic; 15 to 25 model calls come close to what DDIM needs hundreds for.
/// </summary>
/// <remarks>
/// The grid is uniform in λ = ln(α/σ), the variable that the solver's order is about; for Gaussian data that is ten times nearer to
/// the ODE's solution than a grid uniform in t. It goes from T−1 to 0, and the call at t = 0 returns its x₀. Below λ = −5.1 there is
/// nothing but noise, and only the first step is taken there, or the cosine schedule's last levels would take a third of the steps.
/// x₀ is clamped to −1…1 like in the other samplers.
/// </remarks>
public sealed class DpmSolverSampler : ISampler
{
    private readonly GaussianDiffusion _diffusion;
    private readonly int[] _times;

    /// <param name="diffusion">Schedule and objective.</param>
    /// <param name="steps">Model calls, 2…T.</param>
    public DpmSolverSampler(GaussianDiffusion diffusion, int steps)
    {
        var timesteps = diffusion.Schedule.Timesteps;
        if (steps < 2 || steps > timesteps)
            throw new ArgumentException($"DPM-Solver++ is to take {steps} steps; wanted 2 to {timesteps}, the length of the forward process.");
        _diffusion = diffusion;
        _times = Times(diffusion.Schedule, steps);
    }

    /// <inheritdoc/>
    public int ModelCalls => _times.Length;

    /// <inheritdoc/>
    public Tensor Sample(
        Func<Tensor, Tensor, Tensor> model, INoise noise, IProgress<int>? progress, CancellationToken cancellation)
    {
        var schedule = _diffusion.Schedule;
        Tensor? previous = null; // x₀ of the call before

        try
        {
            return Samplers.Run(_times, model, noise, Update, progress, cancellation);
        }
        finally
        {
            previous?.Dispose();
        }

        Tensor Update(int call, Tensor x, Tensor prediction)
        {
            var t = _times[call];
            var x0 = _diffusion.PredictStart(x, t, prediction);
            if (call == _times.Length - 1) return x0;

            var next = _times[call + 1];
            var h = Lambda(schedule, next) - Lambda(schedule, t);
            var d = x0;
            if (previous is not null)
            {
                var twiceR = 2 * (Lambda(schedule, t) - Lambda(schedule, _times[call - 1])) / h;
                d = x0 + (x0 - previous) * (1 / twiceR);
                previous.Dispose();
            }
            var y = x * Math.Sqrt((1 - schedule.AlphaBar[next]) / (1 - schedule.AlphaBar[t]))
                + d * (Math.Sqrt(schedule.AlphaBar[next]) * (1 - Math.Exp(-h)));
            previous = x0.DetachFromDisposeScope();
            return y;
        }
    }

    // The level nearest to each point of the grid, but distinct ones.
    private static int[] Times(NoiseSchedule schedule, int steps)
    {
        var lambda = Enumerable.Range(0, schedule.Timesteps).Select(t => Lambda(schedule, t)).ToArray(); // falls with t
        var (first, last) = (Math.Max(lambda[^1], -5.1), lambda[0]);
        var times = new int[steps];
        times[0] = schedule.Timesteps - 1;
        for (var i = 1; i < steps; i++)
        {
            var wanted = first + (last - first) * i / (steps - 1);
            var t = times[i - 1] - 1;
            while (t > 0 && Math.Abs(lambda[t - 1] - wanted) <= Math.Abs(lambda[t] - wanted))
                t--;
            times[i] = Math.Max(t, steps - 1 - i); // leaves a level for each call to come
        }
        return times;
    }

    // ln(α_t / σ_t), half the logarithm of the signal-to-noise ratio.
    private static double Lambda(NoiseSchedule schedule, int t) => 0.5 * Math.Log(schedule.SignalToNoise(t));
}
