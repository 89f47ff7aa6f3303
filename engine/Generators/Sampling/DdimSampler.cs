using IconDiffusion.Generators.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// DDIM (Song et al. 2021, arXiv:2010.02502), eq. 12 and 16, on the time grid and with the ᾱ of lucidrains' implementation from
/// August 2022 on: from T−1 down to 0 in even steps, the last of which returns x₀. The implementation of July 2022 began below T−1
/// and used ᾱ_{t−1} for ᾱ_t, which is not done here.
/// </summary>
public sealed class DdimSampler : ISampler
{
    private readonly GaussianDiffusion _diffusion;
    private readonly double _eta;
    private readonly int[] _times; // −1 at the end

    /// <param name="diffusion">Schedule and objective.</param>
    /// <param name="steps">Model calls, 1…T.</param>
    /// <param name="eta">0: deterministic; 1: as noisy as ancestral sampling.</param>
    public DdimSampler(GaussianDiffusion diffusion, int steps, double eta)
    {
        var timesteps = diffusion.Schedule.Timesteps;
        if (steps < 1 || steps > timesteps)
            throw new ArgumentException($"DDIM is to take {steps} steps; wanted 1 to {timesteps}, the length of the forward process.");
        if (eta is not (>= 0 and <= 1))
            throw new ArgumentException($"DDIM's eta is {eta}; wanted 0 to 1.");
        (_diffusion, _eta, _times) = (diffusion, eta, Times(timesteps, steps));
    }

    /// <inheritdoc/>
    public int ModelCalls => _times.Length - 1;

    /// <inheritdoc/>
    public Tensor Sample(
        Func<Tensor, Tensor, Tensor> model, INoise noise, IProgress<int>? progress, CancellationToken cancellation)
    {
        return Samplers.Run(_times[..^1], model, noise, UpdateAt, progress, cancellation);

        Tensor UpdateAt(int call, Tensor x, Tensor prediction)
        {
            var (t, next) = (_times[call], _times[call + 1]);
            var (x0, epsilon) = _diffusion.Predict(x, t, prediction);
            if (next < 0) return x0;
            var alphaBar = _diffusion.Schedule.AlphaBar;
            return Update(x0, epsilon, alphaBar[t], alphaBar[next], _eta, noise);
        }
    }

    /// <summary>The grid of T = <paramref name="timesteps"/> in S = <paramref name="steps"/>: S+1 levels from T−1 to −1, which stands for clean.</summary>
    public static int[] Times(int timesteps, int steps)
    {
        // float32 and truncation towards zero decide single levels; the reference's linspace has both.
        using var scope = NewDisposeScope();
        var times = linspace(-1, timesteps - 1, steps + 1, dtype: ScalarType.Float32).to(ScalarType.Int64);
        return [.. times.data<long>().ToArray().Reverse().Select(time => (int)time)];
    }

    /// <summary>Eq. 12: from ᾱ to the next, less noisy ᾱ′. Takes a draw from <paramref name="noise"/> only where η &gt; 0.</summary>
    public static Tensor Update(Tensor x0, Tensor epsilon, double alphaBar, double alphaBarNext, double eta, INoise noise)
    {
        var sigma = eta * Math.Sqrt((1 - alphaBar / alphaBarNext) * (1 - alphaBarNext) / (1 - alphaBar)); // eq. 16
        var direction = Math.Sqrt(Math.Max(0, 1 - alphaBarNext - sigma * sigma));
        var mean = x0 * Math.Sqrt(alphaBarNext) + epsilon * direction;
        return sigma == 0 ? mean : mean + noise.Next() * sigma;
    }
}
