using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// One way to make icons, while it is trained: the networks, their optimisers, one step, and everything that a checkpoint must hold.
/// The loop around it, <see cref="Trainer"/>, is the same for all.
/// </summary>
public interface IMethod : IDisposable
{
    /// <summary>
    /// Everything that a step changes, by its name in a checkpoint: weights and buffers of all networks, Adam's moments, averages, and
    /// single numbers (ADA's p, the mean path length) as tensors of shape []. The same tensors for as long as the method lives.
    /// What follows from the step's number, such as Adam's count of updates, is left out.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Number of trained values, of all networks together.</summary>
    long Parameters { get; }

    /// <summary>The network that icons are drawn from, an average where there is one; its <c>state_dict</c> is what a finished run keeps.</summary>
    nn.Module Drawing { get; }

    /// <summary>Batches of training icons that one step takes.</summary>
    int BatchesPerStep { get; }

    /// <summary>Whether a batch must not hold an icon twice.</summary>
    bool NeedsDistinctIcons => false;

    /// <summary>Adam's, for messages.</summary>
    double LearningRate { get; }

    /// <summary>
    /// A discriminator's loss that stays below this tells nothing to the generator any more; null where the loss has no
    /// such floor.
    /// </summary>
    double? SaturatedLoss => null;

    /// <summary>One step: an update of each network, in the method's own order.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="icons">Training icons of <see cref="BatchesPerStep"/> batches, float32 [N,3,H,W] in −1…1, channels_last.</param>
    /// <param name="random">A CPU generator for whatever the step draws, seeded from (seed, step): nothing else may be random.</param>
    /// <exception cref="DivergenceException">A loss or gradient is not finite; the weights it was meant for are as they were.</exception>
    StepFigures Step(long step, Tensor icons, Generator random);

    /// <summary>
    /// Draws the run's first icons as they stand, in rows of <see cref="Trainer.StripIcons"/>: a row with the weights that are trained and, where there is one,
    /// a row with their average, both from the same noise. Touches no random state.
    /// </summary>
    IReadOnlyList<Image> DrawStrip();

    /// <summary>Draws the run's icons 0 … <paramref name="count"/> − 1 with <see cref="Drawing"/> as it stands, by a sampler of few steps. Changes nothing and touches no random state.</summary>
    /// <returns>float32 [count,3,H,W], pixels around −1…1, where the networks are.</returns>
    Tensor DrawIcons(int count);

    /// <summary>
    /// What the method itself tells of icons that it was trained on and of others, before any drawn icon shows it: losses at fixed noise, a
    /// discriminator's logits. The same question at every step; changes nothing and touches no random state.
    /// </summary>
    /// <param name="training">Some training icons, float32 [N,3,H,W] in −1…1.</param>
    /// <param name="heldOut">Some held-out icons; null: there are none.</param>
    /// <param name="drawn">Icons of <see cref="DrawIcons"/>.</param>
    IReadOnlyList<EarlySign> Signs(Tensor training, Tensor? heldOut, Tensor drawn);
}

/// <summary>What someone who trains looks at, of one step.</summary>
/// <param name="Loss">Mean training loss over the step's icons; a GAN's: its generator's, without regularisation.</param>
/// <param name="GradNorm">L2 norm of the gradient before clipping; a GAN's: its generator's.</param>
/// <param name="Others">
/// Further figures by their names in the loss log, such as <c>discriminatorLoss</c>, <c>realSign</c>, <c>r1</c>, <c>pathLength</c>,
/// <c>augmentP</c>; those that a step does not have are left out. Null: the method has none.
/// </param>
public sealed record StepFigures(double Loss, double GradNorm, IReadOnlyDictionary<string, double>? Others = null);

/// <summary>A loss or gradient is no longer finite; <see cref="Trainer"/> ends the run with the message.</summary>
/// <param name="message">What is not finite.</param>
/// <param name="advice">What may help.</param>
public sealed class DivergenceException(string message, string advice = "change the run's settings") : Exception(message)
{
    /// <summary>What may help, as a sentence.</summary>
    public string Advice => advice;
}
