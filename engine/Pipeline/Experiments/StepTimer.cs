using System.Diagnostics;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>What a run costs on a device.</summary>
/// <param name="MultiplyAdds">Of one icon's forward pass; null: not counted.</param>
/// <param name="Parameters">Trained values.</param>
/// <param name="StepSeconds">Of one optimiser step.</param>
/// <param name="IconSeconds">Of one icon drawn.</param>
/// <param name="Basis">How its times are known.</param>
public sealed record MethodCost(double? MultiplyAdds, long Parameters, double StepSeconds, double IconSeconds, CostBasis Basis)
{
    /// <summary>A training step is a forward pass and a backward pass of twice its arithmetic.</summary>
    public const double TrainingPasses = 3;

    /// <summary>Forward passes that a run's training step is worth: one more where the network that it started from is asked as well.</summary>
    public static double PassesOfAStep(RunSpec run) => TrainingPasses + (run.Training.Adaptation is null ? 0 : 1);

    /// <summary>A run as its costs are told: StyleGAN2 without tags, whose number nobody knows before its icons are read, and whose layers add little.</summary>
    public static RunSpec Untold(RunSpec run) => run.Model is not StyleGan2Spec { IsToldTags: true } style ? run
        : run with { Model = style with { Condition = ModelCondition.None }, Sampling = run.Sampling with { Sampler = new LatentSpec() } };

    /// <summary>How often a run's network is asked for one icon.</summary>
    public static int ModelCalls(RunSpec run) => ((run.Sampling.Sampler as ReverseSpec)?.PassesPerStep ?? 1) * run.Sampling.Sampler switch
    {
        DdimSpec ddim => ddim.Steps,
        DpmSolverSpec solver => solver.Steps,
        LbfgsSpec descent => 2 * descent.Steps,   // each forwards and, for the icon's gradient, backwards
        _ => run.Model is DdpmSpec ddpm ? ddpm.Diffusion.Timesteps : 1,
    };
}

/// <summary>How the times of a plan are known.</summary>
public enum CostBasis
{
    /// <summary>Steps were timed on this device.</summary>
    Measured,

    /// <summary>Runs of the same model and icon size have been finished on this device.</summary>
    FinishedRuns,

    /// <summary>From the model's arithmetic alone.</summary>
    Estimate,
}

/// <summary>
/// Finds out what runs cost on a device: times a few steps where they are short, else steps on fewer or smaller icons, which arithmetic
/// scales up.
/// </summary>
/// <param name="data">Has the network of a style transfer.</param>
public sealed class StepTimer(ComputeDevice device, DataFolder data)
{
    // Steps of up to this much arithmetic (multiply-adds) are timed: a second or two.
    private readonly double _affordable = device.Device.type == DeviceType.CUDA ? 1e13 : 1.5e11;

    private readonly Dictionary<(UnetSpec, int, int), double> _timed = [];

    /// <summary>What a run would cost.</summary>
    public MethodCost Of(RunSpec run) => run.Model is DdpmSpec ddpm ? OfDiffusion(run, ddpm) : OfAny(MethodCost.Untold(run));

    private MethodCost OfDiffusion(RunSpec run, DdpmSpec ddpm)
    {
        var (side, batchSize) = (run.Dataset.ImageSize, run.Training.BatchSize);
        var (size, batch) = (side, batchSize);
        double Arithmetic(int size, int batch) => MethodCost.TrainingPasses * batch * new UnetSize(ddpm.Unet, size).MultiplyAdds;
        while (Arithmetic(size, batch) > _affordable)
        {
            if (batch > 1)
                batch /= 2;
            else if (size / 2 >= 16 && size / 2 % ddpm.Unet.DownSampling == 0)
                size /= 2;
            else
                break;
        }
        var key = (ddpm.Unet, size, batch);
        if (!_timed.TryGetValue(key, out var seconds))
        {
            // The same network, without what the run accumulates.
            var plain = run with { Dataset = run.Dataset with { ImageSize = size }, Model = new DdpmSpec { Unet = ddpm.Unet }, Training = new() { BatchSize = batch } };
            using var method = MethodTable.Of(plain.Model).Begin(plain, device.Device);
            _timed[key] = seconds = StepSeconds(method, plain, batch);
        }

        var perBatch = seconds * Arithmetic(side, batchSize) / Arithmetic(size, batch);
        var whole = UnetSize.Of(ddpm, side);
        return new(
            whole.MultiplyAdds, (long)whole.Parameters, perBatch * run.Training.GradientAccumulation * MethodCost.PassesOfAStep(run) / MethodCost.TrainingPasses,
            MethodCost.ModelCalls(run) * perBatch / (MethodCost.TrainingPasses * batchSize),  // a model call is the forward third of a training step
            CostBasis.Measured);
    }

    // A few icons say enough: the time is theirs times their number. A step without penalties that come now and then.
    private MethodCost OfAny(RunSpec run)
    {
        using var method = MethodTable.Of(run.Model).Begin(run, device.Device, new() { Data = data });
        var few = Math.Min(run.Training.BatchSize, run.Model is StyleGan2Spec style ? style.MinibatchStdGroup : 4);
        if (run.Model is StyleTransferSpec)
        {
            var look = StepSeconds(method, run, few) / few;
            return new(null, method.Parameters, look * run.Training.BatchSize, look * MethodCost.ModelCalls(run), CostBasis.Measured);
        }
        var drawn = method.DrawStrip().Count;
        return new(null, method.Parameters, StepSeconds(method, run, few) * run.Training.BatchSize / few, Fastest(_ => method.DrawStrip()) / drawn, CostBasis.Measured);
    }

    private double StepSeconds(IMethod method, RunSpec run, int batchSize)
    {
        using var icons = zeros([batchSize * method.BatchesPerStep, 3, run.Dataset.ImageSize, run.Dataset.ImageSize], device: device.Device);
        return Fastest(step =>
        {
            using var random = new Generator(RandomStream.TrainingStep(run.Seed, step), CPU);
            method.Step(step, icons, random);
        });
    }

    // Seconds of the faster of two steps after one to warm up; each is given its number, counted from 1.
    private double Fastest(Action<long> step)
    {
        Time(1);
        return Math.Min(Time(2), Time(3));

        double Time(long number)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            step(number);
            if (device.Device.type == DeviceType.CUDA)
                cuda.synchronize(device.Device);
            return clock.Elapsed.TotalSeconds;
        }
    }
}
