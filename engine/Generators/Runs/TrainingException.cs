namespace IconDiffusion.Generators.Runs;

/// <summary>Why a run could not go on, in a sentence meant for its owner: diverged, folder taken, last checkpoint not written.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
