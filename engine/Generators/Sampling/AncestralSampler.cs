using IconDiffusion.Generators.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// Algorithm 2 of Ho et al. 2020 (arXiv:2006.11239) with the smaller of its two variances, β̃_t, and x₀ clamped to −1…1 on the way:
/// T model calls per icon.
/// </summary>
public sealed class AncestralSampler(GaussianDiffusion diffusion) : ISampler
{
    private readonly NoiseSchedule _schedule = diffusion.Schedule;

    /// <inheritdoc/>
    public int ModelCalls => _schedule.Timesteps;

    /// <inheritdoc/>
    public Tensor Sample(
        Func<Tensor, Tensor, Tensor> model, INoise noise, IProgress<int>? progress, CancellationToken cancellation)
    {
        int[] times = [.. Enumerable.Range(0, ModelCalls).Reverse()];
        return Samplers.Run(times, model, noise, Update, progress, cancellation);

        Tensor Update(int call, Tensor x, Tensor prediction)
        {
            var t = times[call];
            var x0 = diffusion.PredictStart(x, t, prediction);
            var mean = x0 * _schedule.PosteriorMeanOfStart[t] + x * _schedule.PosteriorMeanOfCurrent[t];
            return t == 0 ? mean : mean + noise.Next() * MathF.Exp(0.5f * _schedule.PosteriorLogVariance[t]);
        }
    }
}
