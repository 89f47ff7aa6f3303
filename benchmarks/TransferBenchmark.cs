using System.CommandLine;
using System.Globalization;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>
/// What starting from other weights costs: the CPU seconds to read the preprint's network of 36 M weights, beyond those to make it, and a training step that keeps distances over one that does not.
/// </summary>
internal static class TransferBenchmark
{
    public static Command Create()
    {
        var pairs = new Option<int>("--pairs") { DefaultValueFactory = _ => 15 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var command = new Command("transfer", "CPU seconds to read a network of 36 M weights, and the median ratio of a step with adaptation by pairs and one without.") { pairs, threads };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            var folder = Directory.CreateTempSubdirectory("icon-transfer-");
            try
            {
                var large = Write(Path.Combine(folder.FullName, "large.safetensors"), new() { Dim = 64, DimMults = [1, 2, 4, 8] });
                var read = StepPairs.Seconds(() => TrainedModel.Read(large.File, large.Network));
                var looked = StepPairs.Seconds(() => TrainedModel.Match(large.File, large.Network));
                large.Network.Dispose();

                var shape = new UnetSpec { Dim = 32, DimMults = [1, 2, 4] };
                var (file, network) = Write(Path.Combine(folder.FullName, "small.safetensors"), shape);
                network.Dispose();
                var tuned = new RunSpec
                {
                    Dataset = new NotoFacesSpec { ImageSize = 32 }, Model = new DdpmSpec { Unet = shape }, Training = new() { BatchSize = 16, From = "0123456789ab" },
                };
                var icons = FastOps.channels_last(rand(16, 3, 32, 32) * 2 - 1);
                using var plain = new DdpmMethod(tuned, CPU, source: file);
                using var pairwise = new DdpmMethod(tuned with { Training = tuned.Training with { Adaptation = new PairwiseSpec() } }, CPU, source: file);
                var ratio = StepPairs.Ratio(parsed.GetValue(pairs), step => StepPairs.Train(pairwise, step, icons), step => StepPairs.Train(plain, step, icons));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $$"""{"readSeconds": {{read:0.000}}, "matchSeconds": {{looked:0.000}}, "pairwiseTrainingStep": {{ratio:0.000}}}"""));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
        return command;
    }

    private static (string File, Unet Network) Write(string file, UnetSpec shape)
    {
        var network = new Unet(shape);
        TrainedModel.Write(file, network);
        return (file, network);
    }
}
