namespace IconDiffusion.Engine.Adversarial;

/// <summary>A network's gradient is no longer finite; <see cref="Training.AdversarialTrainer"/> ends the run with the message.</summary>
public sealed class DivergenceException(string message) : Exception(message);
