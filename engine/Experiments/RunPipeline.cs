using System.Reflection;
using System.Text.Json;
using IconDiffusion.Engine.Data;
using IconDiffusion.Engine.Files;
using IconDiffusion.Engine.Imaging;
using IconDiffusion.Engine.Metrics;
using IconDiffusion.Engine.Reports;
using IconDiffusion.Engine.Tensors;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Experiments;

/// <summary>
/// One run from its spec to its result: icons, training, samples, scores, pictures. Every stage leaves its outcome in the run's
/// folder and takes up what it finds there, so a run that was interrupted anywhere goes on, and a finished one is only read.
/// </summary>
/// <param name="data">Where runs live.</param>
/// <param name="device">Where tensors live.</param>
/// <param name="monitoring">What is written on the way.</param>
/// <param name="warn">Receives sentences about what went wrong without ending the run.</param>
public sealed class RunPipeline(DataFolder data, ComputeDevice device, MonitoringSpec monitoring, Action<string> warn)
{
    /// <summary>The version of this code that results carry.</summary>
    public static string CodeVersion { get; } =
        typeof(RunPipeline).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Brings a run to its result.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="report">(stage, done, total, detail) as it goes on.</param>
    /// <param name="cancellation">Stops after the step or batch in hand; the same call goes on from there.</param>
    /// <returns>The result and the folder that holds it and its pictures.</returns>
    public RunOutcome Execute(RunSpec spec, Action<RunStage, double, double?, string> report, CancellationToken cancellation)
    {
        // The icons, and with them the run's name.
        report(RunStage.Dataset, 0, 1, "");
        var dataset = DatasetSource.Prepare(spec.Dataset, TimeProvider.System);
        new DatasetStore(data.Datasets).Save(dataset);
        var runId = RunIdentity.Run(spec, dataset.Fingerprint);
        var folder = new RunFolder(data.Run(runId));
        report(RunStage.Dataset, 1, 1, $"{dataset.Count} icons");
        if (Finished(folder.Result(spec)) is { } finished)
            return new(finished, folder.Result(spec), Reused: true);

        // Training.
        using var run = RunLock.Take(folder);
        AtomicFile.WriteAllText(folder.SpecFile, JsonSerializer.Serialize(spec, SpecJson.Indented));
        var trainer = new DiffusionTrainer(runId, spec, dataset, run, device.Device)
        {
            DeviceName = device.Name,
            Monitoring = monitoring,
            Warn = warn,
        };
        var training = trainer.Train(new Reporter<TrainingProgress>(p => report(
            RunStage.Training, p.Steps is null ? p.Worked.TotalSeconds : p.Step, p.Steps ?? spec.Training.Budget.TotalSeconds,
            $"step {p.Step}, {p.StepsPerSecond:0.0#} steps/s, loss {p.Loss:0.0000}")), cancellation);

        // Samples.
        SamplingSummary sampling;
        using (var model = TrainedModel.Load(folder, (DdpmSpec)spec.Model, device.Device))
            sampling = new IconWriter(spec, folder, device.Device, TimeProvider.System).Draw(
                model, (done, total) => report(RunStage.Sampling, done, total, ""), cancellation);
        var generated = IconPixels.From([.. Enumerable.Range(0, sampling.Count)
            .Select(i => ImageFile.Load(folder.SampleFile(spec.Sampling.Sampler, i), Rgb.White))]);

        // Scores and pictures.
        using var extractor = FeatureExtractor.Open(
            spec.Evaluation.Inception, InceptionWeightsFile.Published.DefaultPath(data.Path), device.Device);
        var icons = new IconPixels(dataset.Pixels, dataset.ImageSize);
        var evaluation = new Evaluator(extractor, new FeatureCache(data.Weights)).Evaluate(
            generated, icons, dataset.Fingerprint, cancellation,
            new Reporter<int>(done => report(RunStage.Evaluation, done, generated.Count + icons.Count, "")));
        var result = new RunResult
        {
            RunId = runId,
            Spec = spec,
            DatasetFingerprint = dataset.Fingerprint,
            Scores = evaluation.Scores,
            Training = training,
            Sampling = sampling,
            Provenance = new()
            {
                CodeVersion = CodeVersion,
                Device = device.Name,
                LibTorch = FastOps.LibTorchVersion,
                Threads = device.Threads,
                FinishedAt = TimeProvider.System.GetUtcNow(),
            },
        };
        RunReport.Write(folder.Result(spec), result, generated, icons, evaluation.Nearest);
        report(RunStage.Evaluation, 1, 1, "");
        return new(result, folder.Result(spec), Reused: false);
    }

    private RunResult? Finished(string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunReport.ResultFile)))
            return null;
        try
        {
            return RunReport.ReadResult(folder);
        }
        catch (JsonException exception)
        {
            warn($"The result in '{folder}' can't be read and is made again: {exception.Message}");
            return null;
        }
    }
}

/// <summary>A run's result and where it lies.</summary>
/// <param name="Result">The figures.</param>
/// <param name="Folder">Holds result.json, contact-sheet.png and gallery.png.</param>
/// <param name="Reused">Whether it was there already.</param>
public sealed record RunOutcome(RunResult Result, string Folder, bool Reused);

/// <summary>Progress on the caller's own thread; <see cref="Progress{T}"/> would post it elsewhere, out of order.</summary>
internal sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
