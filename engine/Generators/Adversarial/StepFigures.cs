namespace IconDiffusion.Generators.Adversarial;

/// <summary>What someone who trains a GAN looks at, of one step.</summary>
/// <param name="GeneratorLoss">The generator's loss without regularisation.</param>
/// <param name="DiscriminatorLoss">The discriminator's or critic's loss without regularisation, the mean over its updates.</param>
/// <param name="GradNorm">L2 norm of the generator's gradient.</param>
/// <param name="Others">
/// Further figures by their names in the loss log, such as <c>realSign</c>, <c>r1</c>, <c>pathLength</c>, <c>augmentP</c>,
/// <c>discriminatorGradNorm</c>; those that a step does not have are left out.
/// </param>
public sealed record StepFigures(
    double GeneratorLoss, double DiscriminatorLoss, double GradNorm, IReadOnlyDictionary<string, double> Others);
