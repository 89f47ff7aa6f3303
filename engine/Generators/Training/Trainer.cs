using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// Trains one run in its folder, whatever its method, from its newest sound checkpoint if there is one. The number of the step is the
/// whole random state, so a run that was killed at any moment and started again ends, on the same device with the same number of
/// threads, with the weights of one that was not, bit for bit.
/// </summary>
/// <param name="runId">Identity of the run; checkpoints of others are not loaded.</param>
/// <param name="spec">The run.</param>
/// <param name="dataset">The icons that <paramref name="spec"/> names.</param>
/// <param name="run">The right to write the run's folder.</param>
/// <param name="device">Where to train.</param>
public sealed class Trainer(string runId, RunSpec spec, IconDataset dataset, RunLock run, Device device)
{
    /// <summary>Icons in a row of a sample strip.</summary>
    public const int StripIcons = 8;

    private readonly TrainingSpec _training = spec.Training;

    /// <summary>What is written on the way, and what happens when training collapses.</summary>
    public MonitoringSpec Monitoring { get; init; } = new();

    /// <summary>The processor's or the card's name: on another one the bits may differ, which is warned of.</summary>
    public string DeviceName { get; init; } = device.ToString();

    /// <summary>Measures the budget and everything else that takes time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Receives sentences about what went wrong without ending the run.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Looks at what is trained; null: nobody does.</summary>
    public ITrainingWatch? Watch { get; init; }

    /// <summary>Trains until a limit is reached; a run that has reached one already returns at once.</summary>
    /// <param name="method">At its beginning, on the device.</param>
    /// <param name="progress">Told how far it is, at most ten times a second.</param>
    /// <param name="cancellation">Finishes the step, makes a checkpoint and throws.</param>
    /// <exception cref="OperationCanceledException">Cancelled; started again, the run goes on.</exception>
    /// <exception cref="TrainingException">Fewer icons than the method needs, diverged, collapsed, or the last checkpoint could not be written.</exception>
    public TrainingSummary Train(IMethod method, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        if (method.NeedsDistinctIcons && dataset.Count < _training.BatchSize)
            throw new TrainingException($"The data set has {dataset.Count} icons; {spec.Model.Label} wants at least training.batchSize ({_training.BatchSize}).");
        if (_training.Stop == TrainingStop.Window && Watch is null)
            throw new InvalidOperationException("training.stop is window, but nobody watches.");
        backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = _training.Tf32;

        // Take up where the newest checkpoint stands.
        using var journal = new RunJournal(run, runId, method.Tensors, ComputeSettings.Of(DeviceName), _training, Monitoring, Time, Warn);
        var imagesPerStep = _training.BatchSize * method.BatchesPerStep;
        using var batches = new IconBatches(dataset, imagesPerStep, spec.Seed, device);
        Watch?.Resume(journal.Step);
        var collapses = new CollapseWatch(method.SaturatedLoss);
        foreach (var entry in LossLog.Read(run.Folder.LossLogFile))
            collapses.Note(entry);
        var meter = new ProgressMeter(_training, journal.Clock, progress);

        TrainingEnd? end;
        while ((end = End(journal)) is null && !cancellation.IsCancellationRequested)
        {
            using var scope = NewDisposeScope();
            var step = journal.Step + 1;

            // Teach the networks.
            var figures = Step(method, step, batches.Draw(step), journal.CheckpointStep);

            // Note the step.
            var seconds = meter.Step(step, figures.Loss);
            var entry = new LossEntry(step, figures.Loss, figures.GradNorm, imagesPerStep / seconds, journal.Clock.Worked.TotalSeconds) { Figures = figures.Others };
            journal.Record(entry);

            // Draw a strip.
            if (step % Monitoring.StripEvery == 0)
                journal.Strip(() => ContactSheet.Compose(method.DrawStrip(), columns: StripIcons));

            // Stop where there is nothing left to learn.
            if (collapses.Note(entry) is { } collapse)
            {
                if (Monitoring.OnCollapse == CollapseResponse.Fail)
                    throw new TrainingException($"{collapse} {Kept(journal.CheckpointStep, "change the run's settings")} monitoring.onCollapse \"warn\" lets a run go on.");
                Warn(collapse);
            }

            // Make a checkpoint, but not of what may be a collapse: the last good one stays. Look first, so that it holds what was seen.
            var isCheckpoint = journal.CheckpointDue && !(collapses.IsSuspicious && Monitoring.OnCollapse == CollapseResponse.Fail);
            Look(journal, method, isCheckpoint ? LookOccasion.Checkpoint : LookOccasion.Step);
            if (isCheckpoint) journal.Checkpoint();
            meter.Skip();
        }

        // Leave the weights, and say what was done.
        if (end is not null) Look(journal, method, LookOccasion.End);
        journal.LastCheckpoint();
        if (end is null) cancellation.ThrowIfCancellationRequested();
        var window = Watch?.Window;
        var result = _training.Stop == TrainingStop.Window && window?.Best is { } best ? journal.RestoreBest(best, method.Drawing) : journal.Step;
        var summary = new TrainingSummary
        {
            Steps = journal.Step,
            ImagesSeen = journal.Step * imagesPerStep,
            Time = journal.Clock.Worked,
            End = end!.Value,
            Loss = journal.RecentLoss,
            Parameters = method.Parameters,
            WeightsHash = TrainedModel.Save(run.Folder, method.Drawing),
            Window = window is null ? null : window with { Result = result },
        };
        meter.Report(journal.Step, journal.RecentLoss);
        return summary;
    }

    // Whatever is random in a step comes from a generator on the CPU, whatever the device (docs/decisions/0003).
    private StepFigures Step(IMethod method, long step, Tensor icons, long checkpoint)
    {
        using var random = new Generator(RandomStream.TrainingStep(spec.Seed, step), CPU);
        try
        {
            return method.Step(step, icons, random);
        }
        catch (DivergenceException divergence)
        {
            throw new TrainingException($"Training diverged at step {step}: {divergence.Message}, at learning rate {method.LearningRate}. {Kept(checkpoint, divergence.Advice)}");
        }
    }

    private static string Kept(long checkpoint, string advice) =>
        $"The checkpoint of step {checkpoint} is sound, but going on from it repeats the same steps; {advice}.";

    private void Look(RunJournal journal, IMethod method, LookOccasion occasion)
    {
        if (journal.Step > 0 && Watch?.IsDue(journal.Step, journal.Clock.Worked, occasion) == true)
            journal.Look(Watch, method);
    }

    private TrainingEnd? End(RunJournal journal) =>
        journal.Step >= _training.Steps ? TrainingEnd.Steps
        : journal.Clock.Worked >= _training.Budget ? TrainingEnd.Budget
        : _training.Stop == TrainingStop.Window && Watch!.Window is { IsOver: true } ? TrainingEnd.Window
        : null;
}
