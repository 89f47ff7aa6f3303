using System.CommandLine;
using System.Globalization;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Benchmarks;

/// <summary>The first run of an experiment file trained by the engine alone: what cluster.py sets training through the grains beside.</summary>
internal static class TrainingBenchmark
{
    public static Command Create()
    {
        var file = new Argument<string>("file");
        var data = new Option<string>("--data") { Required = true };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var command = new Command("training", "Seconds worked by a whole training without a cluster.") { file, data, threads };
        command.SetAction(parsed =>
        {
            var experiment = ExperimentFile.Load(parsed.GetValue(file)!);
            var folder = new DataFolder(parsed.GetValue(data)!);
            using var bench = new Workbench(ComputeDevice.Open("cpu", parsed.GetValue(threads)));
            var run = experiment.Runs[0];
            var dataset = DatasetSource.Prepare(run.Dataset, TimeProvider.System);
            new DatasetStore(folder.Datasets).Save(dataset);
            var work = new TrainingWork
            {
                RunId = RunIdentity.Run(run, dataset.Fingerprint),
                Run = run,
                DatasetFingerprint = dataset.Fingerprint,
                Monitoring = experiment.Monitoring,
            };
            var context = new WorkContext { Data = folder, Bench = bench, Report = _ => { }, Warn = Console.Error.WriteLine };
            var summary = TrainingStage.Run(work, context, CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"seconds": {{summary.Time.TotalSeconds}}, "hash": "{{summary.WeightsHash}}"}"""));
        });
        return command;
    }
}
