using IconDiffusion.Engine.Sampling;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Experiments;

/// <summary>Generators trained against a second network: every <see cref="GanSpec"/>.</summary>
public sealed class GanMethod : IMethod
{
    /// <inheritdoc/>
    public TrainingSummary Train(TrainingJob job, IProgress<TrainingProgress> progress, CancellationToken cancellation) =>
        new AdversarialTrainer(job.RunId, job.Spec, job.Dataset, job.Run, job.Device.Device)
        {
            DeviceName = job.Device.Name,
            Monitoring = job.Monitoring,
            Time = job.Time,
            Warn = job.Warn,
        }.Train(progress, cancellation);

    /// <inheritdoc/>
    public IIconSource Open(RunFolder folder, RunSpec spec, Device device) => new LatentIcons(folder, spec, device);

    /// <inheritdoc/>
    public long TrainingBytes(RunSpec spec) => GanMemory.Training((GanSpec)spec.Model, spec.Dataset.ImageSize, spec.Training.BatchSize);

    /// <inheritdoc/>
    public long SamplingBytes(RunSpec spec, int count) => GanMemory.Sampling((GanSpec)spec.Model, spec.Dataset.ImageSize, count);
}
