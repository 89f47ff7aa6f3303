using System.CommandLine;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>One training iteration of DCGAN (both networks), or one critic iteration of WGAN-GP.</summary>
internal static class GanBenchmark
{
    public static Command Create(string method)
    {
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 128 };
        var width = new Option<int>("--width") { Required = true };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 16 };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu" };
        var command = new Command(method, $"Median seconds of one {method} iteration.") { size, width, batch, steps, threads, device };
        command.SetAction(parsed =>
        {
            var opened = ComputeDevice.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = true;
            long[] shape = [parsed.GetValue(batch), 3, parsed.GetValue(size), parsed.GetValue(size)];
            var real = FastOps.channels_last(rand(shape) * 2 - 1).to(opened.Device);
            Measurement.PrintMedian(parsed.GetValue(steps), opened, method == "dcgan"
                ? Dcgan(parsed.GetValue(width), real, opened.Device)
                : Critic(parsed.GetValue(width), real, opened.Device));
        });
        return command;
    }

    private static Action Dcgan(int width, Tensor real, Device device)
    {
        var method = new DcganMethod(new() { GeneratorChannels = width, DiscriminatorChannels = width }, (int)real.shape[2], 3407, device);
        var random = new Generator(3407, CPU);
        var step = 0;
        return () =>
        {
            using var scope = NewDisposeScope();
            method.Step(++step, real, random);
        };
    }

    private static Action Critic(int width, Tensor real, Device device)
    {
        var method = new WganGpMethod(new() { Dim = width }, (int)real.shape[2], 3407, device);
        var random = new Generator(3407, CPU);
        var step = 0;
        return () =>
        {
            using var scope = NewDisposeScope();
            method.CriticStep(
                ++step, real, randn([real.shape[0], 128], generator: random).to(device), rand([real.shape[0]], generator: random).to(device));
        };
    }
}
