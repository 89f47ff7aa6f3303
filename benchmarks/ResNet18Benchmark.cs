using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;

namespace IconDiffusion.Benchmarks;

/// <summary>ResNet-18's features of 128×128 icons: the first one from nothing, and how many in a second after it.</summary>
internal static class ResNet18Benchmark
{
    public static Command Create()
    {
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var count = new Option<int>("--count") { DefaultValueFactory = _ => 64 };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 5 };
        var command = new Command("resnet18", "Seconds to the first feature, then the median of several icons, in wall-clock and CPU seconds.") { threads, count, steps };
        command.SetAction(parsed =>
        {
            var device = ComputeDevice.Open("cpu", parsed.GetValue(threads));
            var pixels = new byte[parsed.GetValue(count) * 128 * 128 * 3];
            new Random(1).NextBytes(pixels);
            var icons = new IconPixels(pixels, 128);

            var (clock, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            using var network = FeatureExtractor.ResNet18(AppContext.BaseDirectory);
            network.Extract(new(icons[0].ToArray(), 128), CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"first_seconds": {{clock.Elapsed.TotalSeconds:0.000}}, "first_cpu_seconds": {{(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.000}}}"""));

            Measurement.PrintMedian(parsed.GetValue(steps), device, () => network.Extract(icons, CancellationToken.None));
        });
        return command;
    }
}
