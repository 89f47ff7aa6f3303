using IconDiffusion.Engine.Models;
using IconDiffusion.Specs;

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

    /// <summary>Times this device for a few seconds; see <see cref="StepTimer"/>.</summary>
    public static ExperimentPlan Make(ExperimentSpec experiment, ComputeDevice device)
    {
        var timer = new StepTimer(device);
        return new()
        {
            Name = experiment.Name,
            Device = device.Name,
            Gpu = experiment.Gpu,
            Runs = [.. experiment.Runs.Select(run => Plan(run, timer))],
        };
    }

    private static PlannedRun Plan(RunSpec run, StepTimer timer)
    {
        var (training, sampling) = (run.Training, run.Sampling);
        var ddpm = run.Model as DdpmSpec ?? throw new ExperimentException($"No plan can be made for {run.Model.Label}.");
        var perBatch = timer.Seconds(ddpm.Unet, run.Dataset.ImageSize, training.BatchSize);
        var perStep = perBatch * training.GradientAccumulation;
        var affordable = (long)Math.Max(1, training.Budget.TotalSeconds / perStep);
        var steps = Math.Min(training.Steps ?? long.MaxValue, affordable);
        var chain = sampling.Sampler switch
        {
            DdimSpec ddim => ddim.Steps,
            DpmSolverSpec solver => solver.Steps,
            _ => ddpm.Diffusion.Timesteps,
        };
        // A model call is the forward third of a training step.
        var perIcon = chain * perBatch / (3 * training.BatchSize);
        var icons = (int)Math.Clamp(sampling.Budget.TotalSeconds / perIcon, 1, sampling.Count);
        using var unet = new Unet(ddpm.Unet);
        return new()
        {
            Spec = run,
            MultiplyAdds = UnetCost.MultiplyAdds(ddpm.Unet, run.Dataset.ImageSize),
            Parameters = unet.ParameterCount,
            Steps = steps,
            EndedByBudget = training.Steps is null || affordable < training.Steps,
            TrainingTime = TimeSpan.FromSeconds(steps * perStep),
            Icons = icons,
            SamplingTime = TimeSpan.FromSeconds(icons * perIcon),
        };
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

    /// <summary>Icons drawn, fewer than asked for where the budget ends sampling.</summary>
    public required int Icons { get; init; }

    public required TimeSpan SamplingTime { get; init; }
}
