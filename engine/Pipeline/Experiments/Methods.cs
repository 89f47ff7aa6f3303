using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>The methods there are; a new one is one more line.</summary>
public static class Methods
{
    /// <exception cref="ExperimentException">There is no such method here.</exception>
    public static IMethod Of(ModelSpec model) => model switch
    {
        DdpmSpec => new DiffusionMethod(),
        GanSpec => new GanMethod(),
        _ => throw new ExperimentException($"This version cannot train {model.Label}."),
    };
}
