using IconDiffusion.Evaluation.Features.Pickles;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>Turns icons into features, and says which network they are from.</summary>
public sealed class FeatureExtractor : IDisposable
{
    /// <summary>What stands beside every figure from random weights.</summary>
    public const string RandomNote = "random features: not comparable with published FID";

    /// <summary>What stands beside every figure from ResNet-18.</summary>
    public const string ResNet18Note = "ResNet-18 features: not comparable with published FID, which is of Inception-v3's features, nor with the preprint's";

    // Larger batches are hardly faster and take more memory.
    internal const int BatchSize = 16;

    private const string RandomId = "random-1";  // to be counted up with any change of the random weights

    private readonly IFeatureNetwork _network;

    private FeatureExtractor(FeatureNetwork kind, IFeatureNetwork network, string weightsId, string label) =>
        (Network, _network, WeightsId, Label) = (kind, network, weightsId, label);

    /// <summary>Which network it is.</summary>
    public FeatureNetwork Network { get; }

    /// <summary>SHA-256 of the weights file, or the name of the random weights.</summary>
    public string WeightsId { get; }

    /// <summary>For results, such as <c>inception-v3 6726825d</c> or <c>resnet18-imagenet e2552f19</c>; see <see cref="FeatureNetworks.NameOf"/>.</summary>
    public string Label { get; }

    /// <summary>Why a figure of these features must not be compared with published ones; null: it may be.</summary>
    public string? Note => Network switch
    {
        FeatureNetwork.Random => RandomNote,
        FeatureNetwork.Resnet18Imagenet => ResNet18Note,
        FeatureNetwork.Own => $"features of {Label}: they compare with those of the same file alone",
        _ => null,
    };

    /// <summary>Opens the network that a spec asks for.</summary>
    /// <param name="path">The published weights file of Inception, at <see cref="PublishedWeightsFile.DefaultPath"/> or elsewhere.</param>
    /// <param name="device">For Inception; ResNet-18 always runs on the CPU.</param>
    /// <exception cref="FileNotFoundException">A network's file is asked for and not there.</exception>
    /// <exception cref="InvalidDataException">The file is another one; also where random weights would do without one.</exception>
    public static FeatureExtractor Open(EvaluationSpec spec, string path, Device device) => (spec.Features?.Network, spec.Inception) switch
    {
        (FeatureNetwork.Own, _) => Own(spec.Features!.File!, spec.FeaturesHash),
        (FeatureNetwork.Resnet18Imagenet, _) => ResNet18(AppContext.BaseDirectory),
        (FeatureNetwork.Random, _) or (null, InceptionWeights.Random) => Random(device),
        (null, InceptionWeights.PublishedOrRandom) when !File.Exists(path) => Random(device),
        _ => FromFile(PublishedWeightsFile.Inception, path, device),
    };

    /// <summary>Inception with random weights.</summary>
    public static FeatureExtractor Random(Device device) =>
        new(FeatureNetwork.Random, new InceptionFeatures(InceptionV3.FromRandomWeights(device)), RandomId, "inception-v3 random");

    /// <summary>ResNet-18 from the files in a folder.</summary>
    /// <exception cref="FileNotFoundException">One is not there.</exception>
    /// <exception cref="InvalidDataException">One is another file, or a damaged one.</exception>
    public static FeatureExtractor ResNet18(string folder) =>
        new(FeatureNetwork.Resnet18Imagenet, Features.ResNet18.Open(folder), ResNet18Files.Network.Sha256, $"resnet18-imagenet {ResNet18Files.Network.Sha256[..8]}");

    /// <summary>The user's own ONNX file, with the JSON file beside it.</summary>
    /// <param name="hash">What the two files were when the spec was settled; null: it was not.</param>
    /// <exception cref="ExperimentException">A file is missing, damaged or has changed, or the network is not as stated.</exception>
    public static FeatureExtractor Own(string path, string? hash = null)
    {
        var found = OwnNetworkFiles.HashOf(path);
        if (hash is not null && hash != found)
            throw new ExperimentException($"'{path}' or the JSON file beside it has changed since the experiment was read: SHA-256 {found}, not {hash}.");
        return new(FeatureNetwork.Own, OwnNetwork.Open(path), found, $"{Path.GetFileName(path)} {found[..8]}");
    }

    private static FeatureExtractor FromFile(PublishedWeightsFile file, string path, Device device)
    {
        var hash = file.Verify(path);
        return new(FeatureNetwork.InceptionV3Fid, new InceptionFeatures(InceptionV3.FromStateDict(TorchFile.Read(path), device)), hash, $"inception-v3 {hash[..8]}");
    }

    /// <summary>
    /// Features of all icons, in their order. An icon's features do not depend, to the last bit, on which others they are extracted
    /// with, so sets may be extracted in parts and merged.
    /// </summary>
    /// <param name="progress">Icons done.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public FeatureStatistics Extract(IconPixels icons, CancellationToken cancellationToken, IProgress<int>? progress = null)
    {
        var values = new float[checked(icons.Count * _network.FeatureCount)];
        for (var start = 0; start < icons.Count; start += BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(BatchSize, icons.Count - start);
            var batch = new IconPixels(icons.Data.Slice(start * icons.BytesPerIcon, count * icons.BytesPerIcon), icons.ImageSize);
            _network.Describe(batch).CopyTo(values, start * _network.FeatureCount);
            progress?.Report(start + count);
        }
        return new(values, _network.FeatureCount);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}
