using IconDiffusion.Data;
using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// Trains one GAN in its run's folder, from its newest sound checkpoint if there is one: <see cref="DiffusionTrainer"/>'s sibling, with
/// the same promise. The number of the step is the whole random state, so a run that was killed at any moment and started
/// again ends with the weights of one that was not, bit for bit.
/// </summary>
/// <param name="runId">Identity of the run; checkpoints of others are not loaded.</param>
/// <param name="spec">The run; its model is a <see cref="GanSpec"/>.</param>
/// <param name="dataset">The icons that <paramref name="spec"/> names.</param>
/// <param name="run">The right to write the run's folder.</param>
/// <param name="device">Where to train.</param>
public sealed class AdversarialTrainer(string runId, RunSpec spec, IconDataset dataset, RunLock run, Device device)
{
    private const int StripIcons = 8;

    private readonly GanSpec _model = spec.Model as GanSpec
        ?? throw new ArgumentException($"Model '{spec.Model.Label}' is not a GAN.", nameof(spec));

    private readonly TrainingSpec _training = spec.Training;

    /// <summary>What is written on the way, and what happens when training collapses.</summary>
    public MonitoringSpec Monitoring { get; init; } = new();

    /// <summary>The processor's or the card's name: on another one the bits may differ, which is warned of.</summary>
    public string DeviceName { get; init; } = device.ToString();

    /// <summary>Measures the budget and everything else that takes time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Receives sentences about what went wrong without ending the run.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Makes the method; tests have one that collapses at will.</summary>
    internal Func<RunSpec, Device, IAdversarialMethod> CreateMethod { get; init; } = AdversarialMethods.Create;

    /// <summary>Trains until a limit is reached; a run that has reached one already returns at once.</summary>
    /// <param name="progress">Told how far it is, at most ten times a second.</param>
    /// <param name="cancellation">Finishes the step, makes a checkpoint and throws.</param>
    /// <exception cref="OperationCanceledException">Cancelled; started again, the run goes on.</exception>
    /// <exception cref="TrainingException">Fewer icons than a batch, diverged, collapsed, or the last checkpoint could not be written.</exception>
    public TrainingSummary Train(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        if (dataset.Count < _training.BatchSize)
            throw new TrainingException($"The data set has {dataset.Count} icons; {_model.Label} wants at least training.batchSize ({_training.BatchSize}).");
        backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = _training.Tf32;
        using var method = CreateMethod(spec, device);
        using var journal = new RunJournal(run, runId, method.Tensors, ComputeSettings.Of(DeviceName), Monitoring, Time, Warn);
        using var icons = new IconBatches(dataset, ImagesPerStep, spec.Seed, device);
        using var latents = IconLatents.Draw(spec.Seed, first: 0, StripIcons, _model.LatentDim, device);
        var watch = new CollapseWatch(method.SaturatedLoss);
        foreach (var entry in LossLog.Read(run.Folder.LossLogFile))
            watch.Note(entry);
        var meter = new ProgressMeter(_training, journal.Clock, progress);

        TrainingEnd? end;
        while ((end = End(journal)) is null && !cancellation.IsCancellationRequested)
        {
            using var scope = NewDisposeScope();
            var step = journal.Step + 1;

            // Teach both networks.
            var figures = Step(method, step, icons.Draw(step), journal.CheckpointStep);

            // Look at the icons.
            var all = new Dictionary<string, double>(figures.Others) { [CollapseWatch.DiscriminatorLoss] = figures.DiscriminatorLoss };
            if (step % CollapseWatch.LookEvery == 0)
                all[CollapseWatch.Diversity] = DiversityOf(method.Generators[0].Draw(latents));

            // Note the step.
            var seconds = meter.Step(step, figures.GeneratorLoss);
            var entry = new LossEntry(step, figures.GeneratorLoss, figures.GradNorm, ImagesPerStep / seconds, journal.Clock.Worked.TotalSeconds) { Figures = all };
            journal.Record(entry);

            // Draw a strip.
            if (step % Monitoring.StripEvery == 0)
                journal.Strip(() => ContactSheet.Compose([.. method.Generators.SelectMany(generator => IconImages.From(generator.Draw(latents)))], columns: StripIcons));

            // Stop where there is nothing left to learn.
            if (watch.Note(entry) is { } collapse)
            {
                if (Monitoring.OnCollapse == CollapseResponse.Fail)
                    throw new TrainingException($"{collapse} {Kept(journal.CheckpointStep)} monitoring.onCollapse \"warn\" lets a run go on.");
                Warn(collapse);
            }

            // Make a checkpoint, but not of what may be a collapse: the last good one stays.
            if (journal.CheckpointDue && !(watch.IsSuspicious && Monitoring.OnCollapse == CollapseResponse.Fail)) journal.Checkpoint();
            meter.Skip();
        }

        journal.LastCheckpoint();
        if (end is null) cancellation.ThrowIfCancellationRequested();
        var summary = Summary(end!.Value, method, journal);
        meter.Report(journal.Step, journal.RecentLoss);
        return summary;
    }

    private int ImagesPerStep => _training.BatchSize * _model.RealBatchesPerStep;

    private StepFigures Step(IAdversarialMethod method, long step, Tensor reals, long checkpoint)
    {
        using var random = new Generator(RandomStream.TrainingStep(spec.Seed, step), CPU);
        try
        {
            var figures = method.Step(step, reals.chunk(_model.RealBatchesPerStep, 0), random);
            if (double.IsFinite(figures.GeneratorLoss) && double.IsFinite(figures.DiscriminatorLoss)) return figures;
            throw new DivergenceException($"the generator's loss is {figures.GeneratorLoss}, the discriminator's {figures.DiscriminatorLoss}");
        }
        catch (DivergenceException divergence)
        {
            throw new TrainingException($"Training diverged at step {step}: {divergence.Message}, at learning rate {_model.LearningRate}. {Kept(checkpoint)}");
        }
    }

    private static string Kept(long checkpoint) =>
        $"The checkpoint of step {checkpoint} is sound, but going on from it repeats the same steps; change the run's settings.";

    private static double DiversityOf(Tensor icons)
    {
        using var scope = NewDisposeScope();
        return ((icons - icons.mean([0], keepdim: true)).abs().mean() * (255 / 2.0)).item<float>();
    }

    private TrainingEnd? End(RunJournal journal) =>
        journal.Step >= _training.Steps ? TrainingEnd.Steps
        : journal.Clock.Worked >= _training.Budget ? TrainingEnd.Budget
        : null;

    private TrainingSummary Summary(TrainingEnd end, IAdversarialMethod method, RunJournal journal) => new()
    {
        Steps = journal.Step,
        ImagesSeen = journal.Step * ImagesPerStep,
        Time = journal.Clock.Worked,
        End = end,
        Loss = journal.RecentLoss,
        Parameters = method.Parameters,
        WeightsHash = TrainedModel.Save(run.Folder, method.Generators[^1].Network),
    };
}
