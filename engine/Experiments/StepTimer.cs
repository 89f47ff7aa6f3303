using System.Diagnostics;
using IconDiffusion.Engine.Diffusion;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Experiments;

/// <summary>
/// How long a training step takes on a device: timed where a step is short, else scaled by arithmetic from a shape that is.
/// Large networks use a processor better than small ones, so scaled times are rather too long than too short.
/// </summary>
public sealed class StepTimer(ComputeDevice device)
{
    // A training step is a forward pass and a backward pass of twice its arithmetic.
    private const double TrainingPasses = 3;

    // Steps of up to this much arithmetic (multiply-adds) are timed: a second or two on two CPU cores.
    private const double Affordable = 1.5e11;

    private static readonly UnetSpec Yardstick = new() { Dim = 32, DimMults = [1, 2, 4, 8] };

    private readonly Dictionary<(UnetSpec, int, int), double> _timed = [];

    /// <summary>Seconds of one training step without accumulation.</summary>
    public double Seconds(UnetSpec unet, int imageSize, int batchSize)
    {
        var arithmetic = Arithmetic(unet, imageSize, batchSize);
        return arithmetic <= Affordable
            ? Timed(unet, imageSize, batchSize)
            : Timed(Yardstick, 32, 16) * arithmetic / Arithmetic(Yardstick, 32, 16);
    }

    private static double Arithmetic(UnetSpec unet, int imageSize, int batchSize) =>
        TrainingPasses * batchSize * UnetCost.MultiplyAdds(unet, imageSize);

    private double Timed(UnetSpec unet, int imageSize, int batchSize)
    {
        var key = (unet, imageSize, batchSize);
        if (!_timed.TryGetValue(key, out var seconds))
            _timed[key] = seconds = Measure(unet, imageSize, batchSize);
        return seconds;
    }

    /// <summary>The faster of two steps after one to warm up.</summary>
    private double Measure(UnetSpec unet, int imageSize, int batchSize)
    {
        using var state = new TrainingState(unet, seed: 0, device.Device);
        using var diffusion = new GaussianDiffusion(new DiffusionSpec(), device.Device);
        var training = new TrainingSpec();
        double Step(long number)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            var x = zeros([batchSize, 3, imageSize, imageSize], device: device.Device);
            var t = full([batchSize], 500, ScalarType.Int64, device.Device);
            diffusion.Loss(state.Model.call, x, t, ones_like(x)).backward();
            state.Update(training, number, gradientScale: 1);
            if (device.Device.type == DeviceType.CUDA)
                cuda.synchronize(device.Device);
            return clock.Elapsed.TotalSeconds;
        }
        Step(1);
        return Math.Min(Step(2), Step(3));
    }
}
