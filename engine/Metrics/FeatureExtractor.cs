using IconDiffusion.Engine.Models;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Metrics;

/// <summary>Turns icons into FID features, and says which network they are from.</summary>
public sealed class FeatureExtractor : IDisposable
{
    /// <summary>What stands beside every figure from random weights.</summary>
    public const string RandomNote = "random features: not comparable with published FID";

    private const string RandomId = "random-1";  // to be counted up with any change of the random weights

    // Larger batches are hardly faster and take more memory.
    private const int BatchSize = 16;

    private readonly InceptionV3 _network;

    private FeatureExtractor(InceptionV3 network, string weightsId, string label) =>
        (_network, WeightsId, Label) = (network, weightsId, label);

    /// <summary>SHA-256 of the weights file, or the name of the random weights.</summary>
    public string WeightsId { get; }

    /// <summary>For results, such as <c>inception-v3 6726825d</c>.</summary>
    public string Label { get; }

    /// <summary>Whether the weights are random, so that distances compare with no published figure.</summary>
    public bool IsRandom => WeightsId == RandomId;

    /// <summary>Opens the network that a spec asks for.</summary>
    /// <param name="path">The published weights file, at <see cref="InceptionWeightsFile.DefaultPath"/> or elsewhere.</param>
    /// <exception cref="FileNotFoundException">The published weights are asked for and not there.</exception>
    /// <exception cref="InvalidDataException">The file is another one; also with <see cref="InceptionWeights.PublishedOrRandom"/>.</exception>
    public static FeatureExtractor Open(InceptionWeights weights, string path, Device device) => weights switch
    {
        InceptionWeights.Random => Random(device),
        InceptionWeights.PublishedOrRandom when !File.Exists(path) => Random(device),
        _ => FromFile(InceptionWeightsFile.Published, path, device),
    };

    /// <summary>The network with random weights.</summary>
    public static FeatureExtractor Random(Device device) => new(InceptionV3.FromRandomWeights(device), RandomId, "inception-v3 random");

    private static FeatureExtractor FromFile(InceptionWeightsFile file, string path, Device device)
    {
        var hash = file.Verify(path);
        return new(InceptionV3.FromStateDict(TorchFile.Read(path), device), hash, $"inception-v3 {hash[..8]}");
    }

    /// <summary>
    /// Features of all icons, in their order. An icon's features do not depend, to the last bit, on which others they are extracted
    /// with, so sets may be extracted in parts and merged.
    /// </summary>
    /// <param name="progress">Icons done.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public FeatureStatistics Extract(IconPixels icons, CancellationToken cancellationToken, IProgress<int>? progress = null)
    {
        using var precision = FullPrecision.On(_network.Device);
        var values = new float[checked(icons.Count * InceptionV3.FeatureCount)];
        for (var start = 0; start < icons.Count; start += BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(BatchSize, icons.Count - start);
            var padded = Math.Max(count, SmallestBatch);
            var pixels = new byte[padded * icons.BytesPerIcon];  // the icons, then black ones
            icons.Data.Span.Slice(start * icons.BytesPerIcon, count * icons.BytesPerIcon).CopyTo(pixels);
            using var scope = NewDisposeScope();
            _network.Features(pixels, padded, icons.ImageSize).slice(0, 0, count, 1).cpu().data<float>()
                .CopyTo(values.AsSpan(start * InceptionV3.FeatureCount, count * InceptionV3.FeatureCount));
            progress?.Report(start + count);
        }
        return new(values, InceptionV3.FeatureCount);
    }

    // oneDNN divides the work otherwise, and rounds otherwise, where there are fewer images than threads; on a GPU cuDNN chooses
    // its algorithms by the batch's shape.
    private int SmallestBatch => _network.Device.type == DeviceType.CPU ? Math.Min(get_num_threads(), BatchSize) : BatchSize;

    public void Dispose() => _network.Dispose();

    // cuDNN uses TF32 by default, with errors of 1e-3 that published figures do not have.
    private sealed class FullPrecision(bool before) : IDisposable
    {
        public static FullPrecision? On(Device device)
        {
            if (device.type != DeviceType.CUDA) return null;
            var before = backends.cudnn.allow_tf32;
            backends.cudnn.allow_tf32 = false;
            return new(before);
        }

        public void Dispose() => backends.cudnn.allow_tf32 = before;
    }
}
