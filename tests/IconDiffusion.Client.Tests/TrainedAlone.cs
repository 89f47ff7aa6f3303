using IconDiffusion.Data.Sources;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Training;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Tests;

/// <summary>An experiment's runs trained by the engine alone, in this process, for comparison.</summary>
internal static class TrainedAlone
{
    /// <summary>The weights' hash of each run.</summary>
    /// <param name="json">Experiment file.</param>
    /// <param name="folder">For the runs' files.</param>
    public static string[] Hashes(string json, string folder)
    {
        var device = ComputeDevice.Open("cpu", threads: 2);
        return [.. ExperimentFile.Parse(json, "alone.json").Runs.Select((spec, i) =>
        {
            var dataset = DatasetSource.Prepare(spec.Dataset, TimeProvider.System);
            using var run = RunLock.Take(new RunFolder(Path.Combine(folder, $"alone-{i}")));
            using var method = MethodTable.Of(spec.Model).Begin(spec, device.Device);
            var trainer = new Trainer(RunIdentity.Run(spec, dataset.Fingerprint), spec, dataset, run, device.Device);
            return trainer.Train(method, progress: null, CancellationToken.None).WeightsHash;
        })];
    }
}
