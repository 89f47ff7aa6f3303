using System.CommandLine;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>One training step (forward, backward, Adam) or one sampling step of a U-Net.</summary>
internal static class UnetBenchmark
{
    public static Command Create(string mode)
    {
        var dim = new Option<int>("--dim") { Required = true };
        var mults = new Option<string>("--mults") { Required = true };
        var size = new Option<int>("--size") { Required = true };
        var batch = new Option<int>("--batch") { Required = true };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu" };
        var command = new Command(mode, $"Median seconds of one {mode} step.") { dim, mults, size, batch, steps, threads, device };
        command.SetAction(parsed =>
        {
            var opened = ComputeDevice.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = true;
            var spec = new UnetSpec { Dim = parsed.GetValue(dim), DimMults = [.. parsed.GetValue(mults)!.Split(',').Select(int.Parse)] };
            long[] shape = [parsed.GetValue(batch), 3, parsed.GetValue(size), parsed.GetValue(size)];
            Measurement.PrintMedian(
                parsed.GetValue(steps), opened, mode == "train" ? Train(spec, shape, opened) : Sample(spec, shape, opened));
        });
        return command;
    }

    private static Action Train(UnetSpec spec, long[] shape, ComputeDevice device)
    {
        using var weights = new Generator(3407, CPU);
        var model = new Unet(spec, generator: weights);
        var state = new TrainedNetwork("model", model, device.Device, ("ema", new Unet(spec, generator: weights)));
        var diffusion = new GaussianDiffusion(new DiffusionSpec(), device.Device);
        var training = new TrainingSpec();
        var images = rand(shape, device: device.Device) * 2 - 1;
        var step = 0;
        return () =>
        {
            using var scope = NewDisposeScope();
            var t = randint(0, 1000, [shape[0]], ScalarType.Int64, device.Device);
            Gradients.Backward(diffusion.Loss(model.call, images, t, randn_like(images)));
            state.Update(training.Adam, ++step, averageDecay: EmaSchedule.Decay(training.Ema, step));
        };
    }

    private static Action Sample(UnetSpec spec, long[] shape, ComputeDevice device)
    {
        var state = new Unet(spec);
        state.to(device.Device);
        state.eval();
        var diffusion = new GaussianDiffusion(new DiffusionSpec(), device.Device);
        var images = randn(shape, device: device.Device);
        return () =>
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var t = full([shape[0]], 500, ScalarType.Int64, device.Device);
            state.call(images, t).Dispose();
        };
    }
}
