using IconDiffusion.Generators.Models;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// One way to train a generator against a second network: the networks, their optimisers, one step, and everything that a
/// checkpoint must hold. The loop around it, <c>AdversarialTrainer</c>, is the same for all.
/// </summary>
public interface IAdversarialMethod : IDisposable
{
    /// <summary>
    /// Everything that a step changes, by its name in a checkpoint: weights and buffers of all networks, Adam's moments, averages, and
    /// single numbers (ADA's p, the mean path length) as tensors of shape []. The same tensors for as long as the method lives.
    /// What follows from the step's number, such as Adam's count of updates, is left out.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Number of trained values, of all networks together.</summary>
    long Parameters { get; }

    /// <summary>
    /// The generators, one row of the sample strip each: the one that is trained first, the one that icons are drawn from (its
    /// average, where there is one) last.
    /// </summary>
    IReadOnlyList<IIconGenerator> Generators { get; }

    /// <summary>
    /// A discriminator's loss that stays below this tells nothing to the generator any more; null where the loss has no
    /// such floor.
    /// </summary>
    double? SaturatedLoss { get; }

    /// <summary>One step: an update of each network, in the method's own order.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="reals">Real icons, <see cref="Specs.GanSpec.RealBatchesPerStep"/> batches, each float32 [N,3,H,W] in −1…1, channels_last.</param>
    /// <param name="random">A CPU generator for whatever the step draws, seeded from (seed, step): nothing else may be random.</param>
    /// <exception cref="DivergenceException">A gradient is not finite; the weights it was meant for are as they were.</exception>
    StepFigures Step(long step, IReadOnlyList<Tensor> reals, Generator random);
}
