namespace IconDiffusion.Tests;

/// <summary>
/// Tests that train run alone: initial weights come from the process's one global generator, which nobody else may draw from meanwhile.
/// </summary>
[CollectionDefinition(nameof(TrainingCollection), DisableParallelization = true)]
public sealed class TrainingCollection;
