using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// A run's first icons as they stand: on top drawn with the weights themselves, below with their average, from the same noise,
/// the noise that icons 0, 1, 2… will have at the end.
/// </summary>
public static class SampleStrip
{
    private const int Icons = 8;
    private const int SolverSteps = 20;

    /// <summary>Draws a strip of two rows with twenty DPM-Solver++ steps; touches no random state.</summary>
    /// <param name="diffusion">The process that is trained.</param>
    /// <param name="state">Weights and their average.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="imageSize">Side of the icons in pixels.</param>
    /// <param name="device">Where the weights are.</param>
    public static Image Draw(
        GaussianDiffusion diffusion, TrainingState state, int seed, int imageSize, Device device)
    {
        var sampler = new DpmSolverSampler(diffusion, Math.Min(SolverSteps, diffusion.Schedule.Timesteps));
        return ContactSheet.Compose([.. Row(state.Model), .. Row(state.Average)], columns: Icons);

        IEnumerable<Image> Row(Unet model)
        {
            using var scope = NewDisposeScope();
            using var noise = new IconNoise(seed, first: 0, Icons, model.Channels, imageSize, device);
            return IconImages.From(sampler.Sample(model.call, noise, progress: null, CancellationToken.None));
        }
    }
}
