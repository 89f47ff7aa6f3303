using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>How generated icons are compared with the training set.</summary>
public sealed record EvaluationSpec
{
    /// <summary>
    /// The network behind every figure of features, by its name or as the user's own ONNX file (mine.onnx, with mine.json beside it); null: Inception with the weights that <see cref="Inception"/> names, and where the
    /// published ones are meant and not there, ResNet-18 (<see cref="Settled"/>).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeatureSource? Features { get; init; }

    /// <summary>SHA-256 of the user's own network and of what is stated of it, once settled: another file is another run. Null: a known network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FeaturesHash { get; init; }

    /// <summary>Weights of the FID Inception network. Only the published ones give figures that compare with a paper's.</summary>
    public InceptionWeights Inception { get; init; } = InceptionWeights.Published;

    /// <summary>How much is found out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EvaluationFigures Figures { get; init; }

    /// <summary>The same with the user's own network settled, if that is meant: where its file is, and the hash of what it holds.</summary>
    /// <exception cref="ExperimentException">One of its two files is not there.</exception>
    public EvaluationSpec WithOwnSettled() => Features?.File is not { } file ? this
        : this with { Features = FeatureSource.TryParse(Path.GetFullPath(file)), FeaturesHash = FeaturesHash ?? OwnNetworkFiles.HashOf(file) };

    /// <summary>
    /// The same with its network settled, so that results of different networks have different identities. It is settled once, where an
    /// experiment is read: all machines that work on it use the same network.
    /// </summary>
    /// <param name="publishedIsThere">Whether the published Inception weights are.</param>
    public EvaluationSpec Settled(bool publishedIsThere) =>
        Features is null && Inception == InceptionWeights.Published && !publishedIsThere ? this with { Features = FeatureNetwork.Resnet18Imagenet } : this;
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
    /// <summary>pytorch-fid's file.</summary>
    Published,

    /// <summary>Random weights from a fixed seed: figures compare with one another, with nothing published.</summary>
    Random,

    /// <summary>The published file where it is there, else random weights, and the result says which.</summary>
    PublishedOrRandom,
}
