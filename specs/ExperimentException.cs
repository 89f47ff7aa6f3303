namespace IconDiffusion.Specs;

/// <summary>An experiment file that cannot be run; the message names the key, what came and what was wanted.</summary>
public sealed class ExperimentException(string message) : Exception(message);
