using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>One way to make icons: how it is trained, how it draws, how much memory both take.</summary>
public interface IMethod
{
    /// <summary>Trains from the newest sound checkpoint until a limit is reached, and writes the weights.</summary>
    /// <param name="progress">Told at most ten times a second, on this thread.</param>
    /// <param name="cancellation">Finishes the step, makes a checkpoint and throws.</param>
    /// <exception cref="OperationCanceledException">Cancelled; started again, the run goes on.</exception>
    /// <exception cref="TrainingException">It cannot go on.</exception>
    TrainingSummary Train(TrainingJob job, IProgress<TrainingProgress> progress, CancellationToken cancellation);

    /// <summary>The trained model, ready to draw.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    IIconSource Open(RunFolder folder, RunSpec spec, Device device);

    /// <summary>What the run would cost, found out within seconds.</summary>
    MethodCost Cost(RunSpec spec, StepTimer timer);

    /// <summary>Estimate of the bytes that training holds at its peak.</summary>
    /// <param name="onGpu">Whether on a GPU, where batches are split by <see cref="MicroBatches"/>.</param>
    long TrainingBytes(RunSpec spec, bool onGpu);

    /// <summary>Equal parts that a batch's gradients are computed in, one after the other, on a GPU.</summary>
    int MicroBatches(RunSpec spec) => 1;

    /// <summary>Estimate of the bytes that drawing <paramref name="count"/> icons at once holds at its peak.</summary>
    /// <param name="onGpu">Whether on a GPU, where fewer go through the network at a time if all do not fit.</param>
    long SamplingBytes(RunSpec spec, int count, bool onGpu);
}

/// <summary>A training in its folder.</summary>
/// <param name="RunId">Identity of the run.</param>
/// <param name="Spec">The run.</param>
/// <param name="Monitoring">What is written on the way.</param>
/// <param name="Dataset">The icons.</param>
/// <param name="Run">The right to write the folder.</param>
/// <param name="Device">Where to train.</param>
/// <param name="Time">Measures the budget.</param>
/// <param name="Warn">Receives sentences about what went wrong without ending the run.</param>
public sealed record TrainingJob(
    string RunId, RunSpec Spec, MonitoringSpec Monitoring, IconDataset Dataset, RunLock Run, ComputeDevice Device, TimeProvider Time, Action<string> Warn);

/// <summary>What a method costs on a device.</summary>
/// <param name="MultiplyAdds">Of one icon's forward pass; null: not counted.</param>
/// <param name="Parameters">Trained values.</param>
/// <param name="StepSeconds">Of one optimiser step.</param>
/// <param name="IconSeconds">Of one icon drawn.</param>
public sealed record MethodCost(double? MultiplyAdds, long Parameters, double StepSeconds, double IconSeconds);
