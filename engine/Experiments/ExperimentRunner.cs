using IconDiffusion.Engine.Data;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Engine.Experiments;

/// <summary>One run of an experiment that could not be finished.</summary>
/// <param name="Run">Its index in the experiment, from 0.</param>
/// <param name="Label">Its short name.</param>
/// <param name="Error">Why.</param>
public sealed record RunFailure(int Run, string Label, Exception Error);

/// <summary>What an experiment came to.</summary>
/// <param name="Outcomes">The finished runs in the file's order.</param>
/// <param name="Failures">The others.</param>
/// <param name="Folder">Holds table.md and table.json.</param>
public sealed record ExperimentOutcome(IReadOnlyList<RunOutcome> Outcomes, IReadOnlyList<RunFailure> Failures, string Folder);

/// <summary>A run's result and where it lies.</summary>
/// <param name="Result">The figures.</param>
/// <param name="Folder">Holds result.json, contact-sheet.png and gallery.png.</param>
/// <param name="Reused">Whether it was there already.</param>
public sealed record RunOutcome(RunResult Result, string Folder, bool Reused);

/// <summary>Works an experiment's runs off one after the other on one device; a run that fails does not stop the others.</summary>
public sealed class ExperimentRunner(DataFolder data, ComputeDevice device, Action<string> warn)
{
    /// <summary>Runs what is missing and collects all results into the table.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on from there.</exception>
    public ExperimentOutcome Execute(ExperimentSpec experiment, Action<RunProgress> report, CancellationToken cancellation)
    {
        using var bench = new Workbench(device);
        var outcomes = new List<RunOutcome>();
        var failures = new List<RunFailure>();
        for (var i = 0; i < experiment.Runs.Count; i++)
        {
            var (index, spec) = (i, experiment.Runs[i]);
            var label = Label(experiment, spec);
            try
            {
                outcomes.Add(Execute(spec, experiment.Monitoring, bench,
                    (stage, p) => report(new(index, label, stage, p.Done, p.Total, Detail(p))), cancellation));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failures.Add(new(index, label, exception));
                warn($"{label} failed: {exception.Message}");
            }
        }
        var folder = data.Experiment(experiment.Name);
        ExperimentTable.Write(data, experiment.Name, [.. outcomes.Select(outcome => outcome.Result)]);
        return new(outcomes, failures, folder);
    }

    private RunOutcome Execute(
        RunSpec spec, MonitoringSpec monitoring, Workbench bench, Action<RunStage, WorkProgress> report, CancellationToken cancellation)
    {
        var dataset = DatasetSource.Prepare(spec.Dataset, TimeProvider.System);
        new DatasetStore(data.Datasets).Save(dataset);
        var (runId, fingerprint) = (RunIdentity.Run(spec, dataset.Fingerprint), dataset.Fingerprint);
        var result = new Training.RunFolder(data.Run(runId)).Result(spec);
        var reused = File.Exists(Path.Combine(result, Reports.RunReport.ResultFile));

        var training = TrainingStage.Run(
            new() { RunId = runId, Run = spec, DatasetFingerprint = fingerprint, Monitoring = monitoring }, Context(RunStage.Training), cancellation);

        // The next batch is started only if it is likely to end within the budget.
        var sampling = new SamplingSummary { Count = 0, Time = TimeSpan.Zero };
        var (count, size) = (spec.Sampling.Count, spec.Sampling.BatchSize);
        while (sampling.Count < count && sampling.Time + sampling.Time / Math.Max(1, sampling.Count / size) <= spec.Sampling.Budget)
        {
            var batch = SampleStage.Run(
                new() { RunId = runId, Run = spec, DatasetFingerprint = fingerprint, First = sampling.Count, Count = Math.Min(size, count - sampling.Count) },
                Context(RunStage.Sampling, p => p with { Done = sampling.Count + p.Done, Total = count }), cancellation);
            sampling = new() { Count = sampling.Count + batch.Count, Time = sampling.Time + batch.Time };
        }

        return new(EvaluationStage.Run(
            new() { RunId = runId, Run = spec, DatasetFingerprint = fingerprint, Training = training, Sampling = sampling },
            Context(RunStage.Evaluation), cancellation), result, reused);

        WorkContext Context(RunStage stage, Func<WorkProgress, WorkProgress>? change = null) => new()
        {
            Data = data,
            Bench = bench,
            Report = p => report(stage, change?.Invoke(p) ?? p),
            Warn = warn,
        };
    }

    private static string Detail(WorkProgress p) =>
        p.Step is null ? "" : $"step {p.Step}, {p.StepsPerSecond:0.0#} steps/s, loss {p.Loss:0.0000}";

    // The seed only where it tells runs apart.
    private static string Label(ExperimentSpec experiment, RunSpec run) =>
        experiment.Runs.Any(other => other.Seed != run.Seed) ? $"{run.Model.Label} seed {run.Seed}" : run.Model.Label;
}
