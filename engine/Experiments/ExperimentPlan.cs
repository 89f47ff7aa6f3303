using System.Diagnostics;
using IconDiffusion.Engine.Diffusion;
using IconDiffusion.Engine.Models;
using IconDiffusion.Engine.Tensors;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Experiments;

/// <summary>What an experiment would take on this machine.</summary>
public sealed record ExperimentPlan
{
    public required string Name { get; init; }

    /// <summary>The device that the times are for.</summary>
    public required string Device { get; init; }

    /// <summary>The GPU class that the file asks for.</summary>
    public string? Gpu { get; init; }

    public required EquatableList<PlannedRun> Runs { get; init; }

    /// <summary>All runs one after the other; scoring is left out, it takes seconds.</summary>
    public TimeSpan Time => Runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + run.TrainingTime + run.SamplingTime);

    // A training step is a forward pass and a backward pass of twice its arithmetic.
    private const double TrainingPasses = 3;

    /// <summary>Measures this device for about a second and scales by each network's arithmetic.</summary>
    public static ExperimentPlan Make(ExperimentSpec experiment, ComputeDevice device)
    {
        var speed = MultiplyAddsPerSecond(device);
        return new()
        {
            Name = experiment.Name,
            Device = device.Name,
            Gpu = experiment.Gpu,
            Runs = [.. experiment.Runs.Select(run => Plan(run, speed))],
        };
    }

    private static PlannedRun Plan(RunSpec run, double speed)
    {
        var (training, sampling) = (run.Training, run.Sampling);
        var ddpm = run.Model as DdpmSpec ?? throw new ExperimentException($"No plan can be made for {run.Model.Label}.");
        var forward = UnetCost.MultiplyAdds(ddpm.Unet, run.Dataset.ImageSize);
        var perStep = TrainingPasses * forward * training.BatchSize * training.GradientAccumulation / speed;
        var affordable = (long)Math.Max(1, training.Budget.TotalSeconds / perStep);
        var steps = Math.Min(training.Steps ?? long.MaxValue, affordable);
        var chain = sampling.Sampler switch
        {
            DdimSpec ddim => ddim.Steps,
            DpmSolverSpec solver => solver.Steps,
            _ => ddpm.Diffusion.Timesteps,
        };
        var samplingSeconds = Math.Min(sampling.Budget.TotalSeconds, sampling.Count * (double)chain * forward / speed);
        return new()
        {
            Spec = run,
            MultiplyAdds = forward,
            Parameters = CountParameters(ddpm.Unet),
            Steps = steps,
            EndedByBudget = training.Steps is null || affordable < training.Steps,
            TrainingTime = TimeSpan.FromSeconds(steps * perStep),
            SamplingTime = TimeSpan.FromSeconds(samplingSeconds),
        };
    }

    private static long CountParameters(UnetSpec spec)
    {
        // On libtorch's meta device nothing is allocated; a plain count of shapes does without even that.
        using var unet = new Unet(spec);
        return unet.ParameterCount;
    }

    /// <summary>Multiply-adds per second of training steps of a small U-Net, the middle of three after one to warm up.</summary>
    private static double MultiplyAddsPerSecond(ComputeDevice device)
    {
        const int Batch = 16, Size = 32;
        var spec = new UnetSpec { Dim = 32, DimMults = [1, 2, 4, 8] };
        using var unet = new Unet(spec);
        unet.to(device.Device);
        using var diffusion = new GaussianDiffusion(new DiffusionSpec(), device.Device);
        double Step()
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            var x = randn([Batch, 3, Size, Size], device: device.Device);
            var t = full([Batch], 500, ScalarType.Int64, device.Device);
            diffusion.Loss(unet.call, x, t, randn_like(x)).backward();
            unet.zero_grad();
            if (device.Device.type == DeviceType.CUDA)
                cuda.synchronize(device.Device);
            return clock.Elapsed.TotalSeconds;
        }
        Step();
        var seconds = ((double[])[Step(), Step(), Step()]).Order().ElementAt(1);
        return TrainingPasses * UnetCost.MultiplyAdds(spec, Size) * Batch / seconds;
    }
}

/// <summary>One run of a plan.</summary>
public sealed record PlannedRun
{
    public required RunSpec Spec { get; init; }

    /// <summary>Of one icon's forward pass.</summary>
    public required double MultiplyAdds { get; init; }

    public required long Parameters { get; init; }

    /// <summary>Optimiser steps, estimated where the budget ends training.</summary>
    public required long Steps { get; init; }

    public required bool EndedByBudget { get; init; }

    public required TimeSpan TrainingTime { get; init; }

    public required TimeSpan SamplingTime { get; init; }
}
