using System.Diagnostics;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// How long a training step takes on a device: timed where a step is short, else timed on fewer or smaller icons and scaled by
/// arithmetic.
/// </summary>
public sealed class StepTimer(ComputeDevice device)
{
    // A training step is a forward pass and a backward pass of twice its arithmetic.
    private const double TrainingPasses = 3;

    // Steps of up to this much arithmetic (multiply-adds) are timed: a second or two.
    private readonly double _affordable = device.Device.type == DeviceType.CUDA ? 1e13 : 1.5e11;

    private readonly Dictionary<(UnetSpec, int, int), double> _timed = [];

    /// <summary>Where it times.</summary>
    public ComputeDevice Device => device;

    /// <summary>Seconds of the faster of two steps after one to warm up; each is given its number, counted from 1.</summary>
    public double Fastest(Action<long> step)
    {
        double Time(long number)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            step(number);
            if (device.Device.type == DeviceType.CUDA)
                cuda.synchronize(device.Device);
            return clock.Elapsed.TotalSeconds;
        }
        Time(1);
        return Math.Min(Time(2), Time(3));
    }

    /// <summary>Seconds of one training step without accumulation.</summary>
    public double Seconds(UnetSpec unet, int imageSize, int batchSize)
    {
        var (size, batch) = (imageSize, batchSize);
        while (Arithmetic(unet, size, batch) > _affordable)
        {
            if (batch > 1)
                batch /= 2;
            else if (size / 2 >= 16 && size / 2 % unet.DownSampling == 0)
                size /= 2;
            else
                break;
        }
        return Timed(unet, size, batch) * Arithmetic(unet, imageSize, batchSize) / Arithmetic(unet, size, batch);
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

    private double Measure(UnetSpec unet, int imageSize, int batchSize)
    {
        using var state = new TrainingState(unet, seed: 0, device.Device);
        using var diffusion = new GaussianDiffusion(new DiffusionSpec(), device.Device);
        var training = new TrainingSpec();
        return Fastest(step =>
        {
            var x = zeros([batchSize, 3, imageSize, imageSize], device: device.Device);
            var t = full([batchSize], 500, ScalarType.Int64, device.Device);
            Gradients.Backward(diffusion.Loss(state.Model.call, x, t, ones_like(x)));
            state.Update(training, step, gradientScale: 1);
        });
    }
}
