using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Denoising diffusion: <see cref="DdpmSpec"/>.</summary>
public sealed class DiffusionMethod : IMethod
{
    /// <inheritdoc/>
    public TrainingSummary Train(TrainingJob job, IProgress<TrainingProgress> progress, CancellationToken cancellation) =>
        new DiffusionTrainer(job.RunId, job.Spec, job.Dataset, job.Run, job.Device.Device)
        {
            DeviceName = job.Device.Name,
            MicroBatches = job.Device.Device.type == TorchSharp.DeviceType.CUDA ? MicroBatches(job.Spec) : 1,
            Monitoring = job.Monitoring,
            Time = job.Time,
            Warn = job.Warn,
        }.Train(progress, cancellation);

    /// <inheritdoc/>
    public IIconSource Open(RunFolder folder, RunSpec spec, Device device) =>
        new DiffusionIcons(folder, spec, device) { AtOnce = device.type == TorchSharp.DeviceType.CUDA ? SampledAtOnce(spec) : int.MaxValue };

    /// <inheritdoc/>
    public MethodCost Cost(RunSpec spec, StepTimer timer)
    {
        var (ddpm, batch) = ((DdpmSpec)spec.Model, spec.Training.BatchSize);
        var perBatch = timer.Seconds(ddpm.Unet, spec.Dataset.ImageSize, batch);
        var chain = spec.Sampling.Sampler switch
        {
            DdimSpec ddim => ddim.Steps,
            DpmSolverSpec solver => solver.Steps,
            _ => ddpm.Diffusion.Timesteps,
        };
        return new(
            UnetCost.MultiplyAdds(ddpm.Unet, spec.Dataset.ImageSize), (long)UnetMemory.Parameters(ddpm.Unet),
            perBatch * spec.Training.GradientAccumulation,
            chain * perBatch / (3 * batch));  // a model call is the forward third of a training step
    }

    /// <inheritdoc/>
    public long TrainingBytes(RunSpec spec, bool onGpu) =>
        UnetMemory.Training(((DdpmSpec)spec.Model).Unet, spec.Dataset.ImageSize, spec.Training.BatchSize / (onGpu ? MicroBatches(spec) : 1));

    /// <inheritdoc/>
    public int MicroBatches(RunSpec spec) =>
        UnetMemory.MicroBatches(((DdpmSpec)spec.Model).Unet, spec.Dataset.ImageSize, spec.Training.BatchSize);

    /// <inheritdoc/>
    public long SamplingBytes(RunSpec spec, int count, bool onGpu) =>
        UnetMemory.Sampling(((DdpmSpec)spec.Model).Unet, spec.Dataset.ImageSize, onGpu ? Math.Min(count, SampledAtOnce(spec)) : count);

    private static int SampledAtOnce(RunSpec spec) => UnetMemory.SampledAtOnce(((DdpmSpec)spec.Model).Unet, spec.Dataset.ImageSize);
}
