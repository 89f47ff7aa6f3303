using System.CommandLine;
using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>One phase of StyleGAN2's training with its step of Adam, or one batch of drawn icons.</summary>
internal static class StyleGan2Benchmark
{
    public static Command Create()
    {
        var phase = new Argument<string>("phase") { Description = "generator, path-length, discriminator, r1 or sample" };
        phase.AcceptOnlyFromAmong("generator", "path-length", "discriminator", "r1", "sample");
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 128 };
        var channelBase = new Option<int>("--channel-base") { DefaultValueFactory = _ => 4096 };
        var channelMax = new Option<int>("--channel-max") { DefaultValueFactory = _ => 128 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 4 };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu" };
        var command = new Command("stylegan2", "Median seconds of one phase of StyleGAN2.")
            { phase, size, channelBase, channelMax, batch, steps, threads, device };
        command.SetAction(parsed =>
        {
            var opened = ComputeDevice.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = true;
            var spec = new StyleGan2Spec
            {
                ChannelBase = parsed.GetValue(channelBase), ChannelMax = parsed.GetValue(channelMax), Augment = new NoAugmentSpec(),
            };
            Measurement.PrintMedian(parsed.GetValue(steps), opened, parsed.GetValue(phase) == "sample"
                ? Sample(spec, parsed.GetValue(size), parsed.GetValue(batch), opened.Device)
                : Train(spec, parsed.GetValue(phase)!, parsed.GetValue(size), parsed.GetValue(batch), opened.Device));
        });
        return command;
    }

    private static Action Train(StyleGan2Spec spec, string phase, int size, int batch, Device device)
    {
        var method = new StyleGan2Method(new() { Dataset = new NotoFacesSpec { ImageSize = size }, Model = spec, Seed = 3407, Sampling = new() { Sampler = new LatentSpec() } }, device);
        var real = FastOps.channels_last(rand([batch, 3, size, size]) * 2 - 1).to(device);
        var random = new Generator(3407, CPU);
        var synthesis = ((StyleGan2Generator)method.Generators[0].Network).Synthesis;
        long update = 0;
        return () =>
        {
            using var scope = NewDisposeScope();
            switch (phase)
            {
                case "generator":
                    method.CollectGenerator(Draws(batch), icons => icons);
                    method.UpdateGenerator(++update);
                    break;
                case "path-length":
                    method.CollectPathLength(Draws(batch / 2), randn([batch / 2, 3, size, size], generator: random).to(device));
                    method.UpdateGenerator(++update);
                    break;
                case "discriminator":
                    method.CollectDiscriminator(Draws(batch), real, icons => icons);
                    method.UpdateDiscriminator(++update);
                    break;
                default:
                    method.CollectR1(real, icons => icons);
                    method.UpdateDiscriminator(++update);
                    break;
            }
        };

        StyleGan2Draws Draws(long count) => StyleGan2Draws.From(synthesis, spec.LatentDim, count, spec.StyleMixing, random, device);
    }

    private static Action Sample(StyleGan2Spec spec, int size, int batch, Device device)
    {
        var network = new StyleGan2Generator(spec, size);
        network.to(device);
        var icons = new StyleGan2IconGenerator(network);
        var z = randn([batch, spec.LatentDim], device: device);
        return () => icons.Draw(new(z)).Dispose();
    }
}
