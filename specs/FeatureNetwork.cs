namespace IconDiffusion.Specs;

/// <summary>A network whose features figures such as FID rest on. Figures of different networks compare with one another in nothing.</summary>
public enum FeatureNetwork
{
    /// <summary>The Inception-v3 of the published FID with its published weights, which <c>icon weights</c> fetches: 2048 features.</summary>
    InceptionV3Fid,

    /// <summary>
    /// A ResNet-18 of NuGet's <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>, installed with the program: 512 features. The package is under
    /// the MIT licence; neither it nor its notices say who trained the weights on which pictures: ImageNet is our reading.
    /// </summary>
    Resnet18Imagenet,

    /// <summary>The Inception-v3 with random weights from a fixed seed, for tests: no figure of it says what people see.</summary>
    Random,

    /// <summary>The user's own ONNX file, which <see cref="FeatureSource.File"/> names.</summary>
    Own,
}

/// <summary>Names of feature networks.</summary>
public static class FeatureNetworks
{
    /// <summary>The networks by the names that specs and options have for them.</summary>
    public static IReadOnlyDictionary<string, FeatureNetwork> ByKey { get; } = new Dictionary<string, FeatureNetwork>
    {
        ["inception-v3-fid"] = FeatureNetwork.InceptionV3Fid,
        ["resnet18-imagenet"] = FeatureNetwork.Resnet18Imagenet,
        ["random"] = FeatureNetwork.Random,
    };

    /// <summary>What stands beside a figure's name, such as <c>ResNet-18</c>.</summary>
    /// <param name="label">A result's, such as <c>resnet18-imagenet e2552f19</c>; one of another kind is its own name.</param>
    public static string NameOf(string label) =>
        label.StartsWith("resnet18-imagenet ", StringComparison.Ordinal) ? "ResNet-18"
        : !label.StartsWith("inception-v3 ", StringComparison.Ordinal) ? label
        : IsRandom(label) ? "random" : "Inception-v3";

    /// <summary>Whether a result's label is that of random weights.</summary>
    public static bool IsRandom(string label) => label == "inception-v3 random";
}
