using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

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
    public MethodCost Cost(RunSpec spec, StepTimer timer)
    {
        using var method = AdversarialMethods.Create(spec, timer.Device.Device);
        using var scope = NewDisposeScope();
        var (gan, size) = ((GanSpec)spec.Model, spec.Dataset.ImageSize);

        // A few icons say enough: the time is theirs times their number. A step without penalties that come now and then.
        var few = Math.Min(spec.Training.BatchSize, gan is StyleGan2Spec style ? style.MinibatchStdGroup : 4);
        var reals = zeros([few, 3, size, size], device: timer.Device.Device);
        var seconds = timer.Fastest(step =>
        {
            using var random = new Generator(RandomStream.TrainingStep(spec.Seed, step), CPU);
            method.Step(step, [.. Enumerable.Repeat(reals, gan.RealBatchesPerStep)], random);
        });
        var latents = randn([few, gan.LatentDim]).to(timer.Device.Device);
        var drawing = timer.Fastest(_ => method.Generators[^1].Draw(latents));
        return new(null, method.Parameters, seconds * spec.Training.BatchSize / few, drawing / few);
    }

    /// <inheritdoc/>
    public long TrainingBytes(RunSpec spec, bool onGpu) => GanMemory.Training((GanSpec)spec.Model, spec.Dataset.ImageSize, spec.Training.BatchSize);

    /// <inheritdoc/>
    public long SamplingBytes(RunSpec spec, int count, bool onGpu) => GanMemory.Sampling((GanSpec)spec.Model, spec.Dataset.ImageSize, count);
}
