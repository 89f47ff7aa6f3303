using IconDiffusion.Evaluation.Window;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>What an experiment would take on this machine.</summary>
public sealed record ExperimentPlan
{
    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>The device that the times are for.</summary>
    public required string Device { get; init; }

    /// <summary>The GPU class that the file asks for.</summary>
    public string? Gpu { get; init; }

    /// <summary>Each run with its estimates, in the file's order.</summary>
    public required EquatableList<PlannedRun> Runs { get; init; }

    /// <summary>All runs one after the other; scoring is left out, it takes seconds.</summary>
    public TimeSpan Time => TimeSpan.FromTicks(Runs.Sum(run => run.TrainingTime.Ticks + run.SamplingTime.Ticks));

    /// <summary>Makes the plan for a device.</summary>
    /// <param name="data">Its finished runs say how long steps take and which window to expect.</param>
    /// <param name="measure">Whether a few steps are timed here, which takes seconds (<see cref="StepTimer"/>); else see <see cref="CostEstimate"/>.</param>
    public static ExperimentPlan Make(ExperimentSpec experiment, ComputeDevice device, DataFolder data, bool measure)
    {
        experiment = experiment with { Runs = [.. experiment.Runs.Select(run => run with { Model = data.Settled(run.Model) })] };
        var labels = RunLabels.Of(experiment.Runs);
        var trainings = new HashSet<(int, ModelSpec, TrainingSpec, DatasetSpec)>();
        Func<RunSpec, MethodCost> cost = measure ? new StepTimer(device, data).Of : new CostEstimate(device, data).Of;
        return new()
        {
            Name = experiment.Name,
            Device = device.Name,
            Gpu = experiment.Gpu,
            Runs = [.. experiment.Runs.Select(run =>
            {
                var planned = Plan(run, labels[run], OfChain(run), experiment.Gpu is not null || device.Device.type == TorchSharp.DeviceType.CUDA);
                return trainings.Add((run.Seed, run.Model, run.Training, run.Dataset))
                    ? planned with { Window = run.HasLooks && run.Dataset.Count is { } icons ? WindowForecast.Of(icons, FinishedWindows.Like(run, data)) : null }
                    : planned with { TrainingTime = TimeSpan.Zero };
            })],
        };

        // An icon of a cascade is drawn by all its stages.
        MethodCost OfChain(RunSpec run) => run.Base is { } below ? cost(run) with { IconSeconds = cost(run).IconSeconds + OfChain(below).IconSeconds } : cost(run);
    }

    private static PlannedRun Plan(RunSpec run, string label, MethodCost cost, bool onGpu)
    {
        var (training, sampling, memory) = (run.Training, run.Sampling, MethodTable.Of(run.Model).Memory(run));
        var affordable = (long)Math.Max(1, training.Budget.TotalSeconds / cost.StepSeconds);
        var steps = Math.Min(training.Steps ?? long.MaxValue, affordable);
        var icons = (int)Math.Clamp(sampling.Budget.TotalSeconds / cost.IconSeconds, 1, sampling.Count);
        return new()
        {
            Spec = run,
            Label = label,
            MultiplyAdds = cost.MultiplyAdds,
            Parameters = cost.Parameters,
            MemoryBytes = Math.Max(MemoryEstimate.Training(run, onGpu), MemoryEstimate.Samples(run, Math.Min(sampling.BatchSize, sampling.Count), onGpu)),
            MicroBatches = onGpu ? memory.MicroBatches(training.BatchSize) : 1,
            Steps = steps,
            EndedByBudget = training.Steps is null || affordable < training.Steps,
            TrainingTime = TimeSpan.FromSeconds(steps * cost.StepSeconds),
            Icons = icons,
            SamplingTime = TimeSpan.FromSeconds(icons * cost.IconSeconds),
            Basis = cost.Basis,
        };
    }
}

/// <summary>One run of a plan.</summary>
public sealed record PlannedRun
{
    /// <summary>What the run is asked to be.</summary>
    public required RunSpec Spec { get; init; }

    /// <summary>What tables call it.</summary>
    public required string Label { get; init; }

    /// <summary>Of one icon's forward pass; null: not counted.</summary>
    public double? MultiplyAdds { get; init; }

    /// <summary>Trained numbers of the network or networks.</summary>
    public required long Parameters { get; init; }

    /// <summary>Device memory that training or sampling needs, whichever is more; see <see cref="MemoryEstimate"/>.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Equal parts that each batch is worked off in, so that a step fits into a GPU's memory.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Optimiser steps, estimated where the budget ends training.</summary>
    public required long Steps { get; init; }

    /// <summary>Whether the budget of time is reached before the number of steps.</summary>
    public required bool EndedByBudget { get; init; }

    /// <summary>Estimated time worked on training; zero where an earlier run of the plan trains the same network.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Icons drawn, fewer than asked for where the budget ends sampling.</summary>
    public required int Icons { get; init; }

    /// <summary>Estimated time of drawing the run's icons.</summary>
    public required TimeSpan SamplingTime { get; init; }

    /// <summary>How both times are known.</summary>
    public CostBasis Basis { get; init; }

    /// <summary>The safe window to expect; null: no finished run says, the file does not state the number of icons, or an earlier run of the plan trains the same network.</summary>
    public WindowForecast? Window { get; init; }
}
