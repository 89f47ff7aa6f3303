using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>Makes the sampler that a spec describes.</summary>
public static class Samplers
{
    /// <summary>The sampler that a spec asks for, over a model's schedule.</summary>
    public static ISampler Create(SamplerSpec spec, GaussianDiffusion diffusion) => spec switch
    {
        AncestralSpec => new AncestralSampler(diffusion),
        DdimSpec ddim => new DdimSampler(diffusion, ddim.Steps, ddim.Eta),
        DpmSolverSpec solver => new DpmSolverSampler(diffusion, solver.Steps),
        _ => throw new ArgumentException($"The sampler is {spec}; known are ancestral, ddim and dpm-solver++."),
    };

    /// <summary>The loop that all samplers share: one model call and one update per noise level, one dispose scope each.</summary>
    /// <param name="times">The levels t at which the model is asked, from noisy to clean.</param>
    /// <param name="update">(number of the call, x_t, prediction) → x at the next level.</param>
    internal static Tensor Run(
        IReadOnlyList<int> times, Func<Tensor, Tensor, Tensor> model, INoise noise, Func<int, Tensor, Tensor, Tensor> update,
        IProgress<int>? progress, CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        var x = noise.Next();
        for (var call = 0; call < times.Count; call++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var t = full([1], times[call], dtype: ScalarType.Int64, device: x.device);
            var next = update(call, x, model(x, t)).MoveToOuterDisposeScope();
            x.Dispose();
            x = next;
            progress?.Report(call + 1);
        }
        return x;
    }
}
