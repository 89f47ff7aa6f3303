using IconDiffusion.Engine.Files;
using IconDiffusion.Engine.Reports;
using IconDiffusion.Specs;

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

/// <summary>Works an experiment's runs off one after the other on one device; a run that fails does not stop the others.</summary>
public sealed class ExperimentRunner(DataFolder data, ComputeDevice device, Action<string> warn)
{
    /// <summary>Runs what is missing and collects all results into the table.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on from there.</exception>
    public ExperimentOutcome Execute(ExperimentSpec experiment, Action<RunProgress> report, CancellationToken cancellation)
    {
        var pipeline = new RunPipeline(data, device, experiment.Monitoring, warn);
        var outcomes = new List<RunOutcome>();
        var failures = new List<RunFailure>();
        for (var i = 0; i < experiment.Runs.Count; i++)
        {
            var (index, spec) = (i, experiment.Runs[i]);
            var label = Label(experiment, spec);
            try
            {
                outcomes.Add(pipeline.Execute(spec,
                    (stage, done, total, detail) => report(new(index, label, stage, done, total, detail)), cancellation));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failures.Add(new(index, label, exception));
                warn($"{label} failed: {exception.Message}");
            }
        }
        var folder = data.Experiment(experiment.Name);
        if (outcomes.Count > 0)
        {
            var table = new Table2(outcomes.Select(outcome => outcome.Result));
            AtomicFile.WriteAllText(Path.Combine(folder, "table.md"), table.ToMarkdown());
            AtomicFile.WriteAllText(Path.Combine(folder, "table.json"), table.ToJson());
        }
        return new(outcomes, failures, folder);
    }

    // The seed only where it tells runs apart.
    private static string Label(ExperimentSpec experiment, RunSpec run) =>
        experiment.Runs.Any(other => other.Seed != run.Seed) ? $"{run.Model.Label} seed {run.Seed}" : run.Model.Label;
}
