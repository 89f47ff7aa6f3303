using IconDiffusion.Engine.Sampling;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Experiments;

/// <summary>Denoising diffusion: <see cref="DdpmSpec"/>.</summary>
public sealed class DiffusionMethod : IMethod
{
    /// <inheritdoc/>
    public TrainingSummary Train(TrainingJob job, IProgress<TrainingProgress> progress, CancellationToken cancellation) =>
        new DiffusionTrainer(job.RunId, job.Spec, job.Dataset, job.Run, job.Device.Device)
        {
            DeviceName = job.Device.Name,
            Monitoring = job.Monitoring,
            Time = job.Time,
            Warn = job.Warn,
        }.Train(progress, cancellation);

    /// <inheritdoc/>
    public IIconSource Open(RunFolder folder, RunSpec spec, Device device) => new DiffusionIcons(folder, spec, device);

    /// <inheritdoc/>
    public long TrainingBytes(RunSpec spec) =>
        UnetMemory.Training(((DdpmSpec)spec.Model).Unet, spec.Dataset.ImageSize, spec.Training.BatchSize);

    /// <inheritdoc/>
    public long SamplingBytes(RunSpec spec, int count) =>
        UnetMemory.Sampling(((DdpmSpec)spec.Model).Unet, spec.Dataset.ImageSize, count);
}
