namespace IconDiffusion.Kernels.Tests;

/// <summary>For tests of what the whole process shares: tensor counts, default generators, thread counts.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
