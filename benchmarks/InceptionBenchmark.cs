using System.CommandLine;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Pipeline.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>Inception features of one batch of 32 icons of 128×128.</summary>
internal static class InceptionBenchmark
{
    public static Command Create()
    {
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 32 };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 3 };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu" };
        var command = new Command("inception", "Median seconds of one batch.") { threads, batch, steps, device };
        command.SetAction(parsed =>
        {
            var opened = ComputeDevice.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
            using var network = InceptionV3.FromRandomWeights(opened.Device);
            using var icons = randint(0, 256, [parsed.GetValue(batch), 128, 128, 3], ScalarType.Byte);
            Measurement.Print(Measurement.MedianSeconds(parsed.GetValue(steps), opened, () =>
            {
                using var scope = NewDisposeScope();
                network.Features(icons);
            }));
        });
        return command;
    }
}
