using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>How generated icons are compared with the training set.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Weights of the FID Inception network. Only the published ones give figures that compare with a paper's.</summary>
    public InceptionWeights Inception { get; init; } = InceptionWeights.Published;

    /// <summary>How much is found out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EvaluationFigures Figures { get; init; }
}

/// <summary>Which figures an evaluation gives.</summary>
public enum EvaluationFigures
{
    /// <summary>The preprint's and the novelty report.</summary>
    All,

    /// <summary>FID, MAE and NWI alone.</summary>
    Preprint,
}

/// <summary>Where the Inception weights come from.</summary>
public enum InceptionWeights
{
    /// <summary>pytorch-fid's file; an error if it is not there.</summary>
    Published,

    /// <summary>Random weights from a fixed seed: figures compare with one another, with nothing published.</summary>
    Random,

    /// <summary>The published file where it is there, else random weights, and the result says which.</summary>
    PublishedOrRandom,
}
