using IconDiffusion.Data;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// Trains one denoising diffusion run in its folder, from its newest sound checkpoint if there is one. The number of the step is
/// the whole random state (<see cref="StepInputs"/>), so a run that was killed at any moment and started again ends, on the
/// same device with the same number of threads, with the weights of one that was not, bit for bit.
/// </summary>
/// <param name="runId">Identity of the run; checkpoints of others are not loaded.</param>
/// <param name="spec">The run; its model is a <see cref="DdpmSpec"/>.</param>
/// <param name="dataset">The icons that <paramref name="spec"/> names.</param>
/// <param name="run">The right to write the run's folder.</param>
/// <param name="device">Where to train.</param>
public sealed class DiffusionTrainer(string runId, RunSpec spec, IconDataset dataset, RunLock run, Device device)
{
    private readonly DdpmSpec _model = spec.Model as DdpmSpec
        ?? throw new ArgumentException($"Model '{spec.Model.Label}' is not a denoising diffusion model.", nameof(spec));

    private readonly TrainingSpec _training = spec.Training;
    private readonly int _imagesPerStep = spec.Training.BatchSize * spec.Training.GradientAccumulation;

    /// <summary>Equal parts in which the gradients of each batch are computed, for memory's sake; more than 1 adds up with other rounding.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>What is written on the way.</summary>
    public MonitoringSpec Monitoring { get; init; } = new();

    /// <summary>The processor's or the card's name: on another one the bits may differ, which is warned of.</summary>
    public string DeviceName { get; init; } = device.ToString();

    /// <summary>Measures the budget and everything else that takes time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Receives sentences about what went wrong without ending the run.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Trains until a limit is reached; a run that has reached one already returns at once.</summary>
    /// <param name="progress">Told how far it is, at most ten times a second.</param>
    /// <param name="cancellation">Finishes the step, makes a checkpoint and throws.</param>
    /// <exception cref="OperationCanceledException">Cancelled; started again, the run goes on.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number, or the last checkpoint could not be written.</exception>
    public TrainingSummary Train(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = _training.Tf32;
        using var state = new TrainingState(_model.Unet, spec.Seed, device);
        using var journal = new RunJournal(run, runId, state.Tensors, ComputeSettings.Of(DeviceName), Monitoring, Time, Warn);
        using var diffusion = new GaussianDiffusion(_model.Diffusion, device);
        using var inputs = new StepInputs(dataset, _imagesPerStep, spec.Seed, _model.Diffusion.Timesteps, device);
        var meter = new ProgressMeter(_training, journal.Clock, progress);

        TrainingEnd? end;
        while ((end = End(journal)) is null && !cancellation.IsCancellationRequested)
        {
            using var scope = NewDisposeScope();
            var step = journal.Step + 1;

            // Accumulate gradients.
            var loss = zeros(1, device: device);
            var parts = _training.GradientAccumulation * MicroBatches;
            foreach (var (x0, t, noise) in inputs.Draw(step, parts))
            {
                using var part = NewDisposeScope();
                var share = diffusion.Loss(state.Model.call, x0, t, noise) / parts;
                Gradients.Backward(share);
                loss.add_(share.detach());
            }

            // Refuse what is not a number before it reaches the weights.
            var (meanLoss, gradientNorm) = (loss.item<float>(), state.GradientNorm());
            if (!float.IsFinite(meanLoss) || !double.IsFinite(gradientNorm))
                throw Diverged(step, meanLoss, gradientNorm, journal.CheckpointStep);

            // Update weights and their average.
            state.Update(_training, step, ClipFactor(gradientNorm));

            // Note the step.
            var seconds = meter.Step(step, meanLoss);
            journal.Record(new(step, meanLoss, gradientNorm, _imagesPerStep / seconds, journal.Clock.Worked.TotalSeconds));

            // Draw a strip.
            if (step % Monitoring.StripEvery == 0)
                journal.Strip(() => SampleStrip.Draw(diffusion, state, spec.Seed, dataset.ImageSize, device));

            // Make a checkpoint.
            if (journal.CheckpointDue) journal.Checkpoint();
            meter.Skip();
        }

        journal.LastCheckpoint();
        if (end is null) cancellation.ThrowIfCancellationRequested();
        var summary = Summary(end!.Value, state, journal);
        meter.Report(journal.Step, journal.RecentLoss);
        return summary;
    }

    private TrainingEnd? End(RunJournal journal) =>
        journal.Step >= _training.Steps ? TrainingEnd.Steps
        : journal.Clock.Worked >= _training.Budget ? TrainingEnd.Budget
        : null;

    // torch.nn.utils.clip_grad_norm_
    private double ClipFactor(double norm) => _training.GradientClip is { } most ? Math.Min(1, most / (norm + 1e-6)) : 1;

    private TrainingException Diverged(long step, double loss, double gradientNorm, long checkpoint) =>
        new($"Training diverged at step {step}: the loss is {loss}, its gradient's norm {gradientNorm}, at learning rate " +
            $"{_training.Adam.LearningRate}. The checkpoint of step {checkpoint} is sound, but going on from it repeats the same steps; " +
            "lower the learning rate or set gradientClip.");

    private TrainingSummary Summary(TrainingEnd end, TrainingState state, RunJournal journal) => new()
    {
        Steps = journal.Step,
        ImagesSeen = journal.Step * _imagesPerStep,
        Time = journal.Clock.Worked,
        End = end,
        Loss = journal.RecentLoss,
        Parameters = state.Parameters,
        WeightsHash = TrainedModel.Save(run.Folder, state.Average),
    };
}
