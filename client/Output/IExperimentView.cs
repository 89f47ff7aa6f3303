using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Client.Output;

/// <summary>Shows an experiment while it goes on.</summary>
internal interface IExperimentView
{
    void Show(ExperimentStatus status);

    /// <summary>Why the silo does not answer; null: it answers again.</summary>
    void Away(string? reason);
}
