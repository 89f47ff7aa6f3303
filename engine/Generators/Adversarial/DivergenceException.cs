namespace IconDiffusion.Generators.Adversarial;

/// <summary>A network's gradient is no longer finite; <c>AdversarialTrainer</c> ends the run with the message.</summary>
public sealed class DivergenceException(string message) : Exception(message);
