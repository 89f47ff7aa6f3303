using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using IconDiffusion.Kernels;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// Features of training sets, kept between runs as safetensors, one file for each data set and network. A file that is
/// damaged, or of anything else, counts as none: features can always be computed again.
/// </summary>
/// <param name="folder">Made when the first features are saved.</param>
public sealed class FeatureCache(string folder)
{
    /// <summary>The features of that data set by that network; null: not there.</summary>
    /// <param name="fingerprint">Names the data set's pixels.</param>
    /// <param name="weightsId">Names the network, as <see cref="FeatureExtractor.WeightsId"/>.</param>
    /// <param name="count">Number of images that there must be features of.</param>
    public FeatureStatistics? Load(string fingerprint, string weightsId, int count)
    {
        var path = PathOf(fingerprint, weightsId);
        if (!File.Exists(path)) return null;
        using var scope = NewDisposeScope();
        try
        {
            using var stream = File.OpenRead(path);
            var features = Safetensors.Read(stream, out var metadata).GetValueOrDefault("features");
            if (features is null || features.dtype != ScalarType.Float32 || features.dim() != 2 || features.shape[0] != count) return null;
            var values = features.data<float>().ToArray();
            return metadata.GetValueOrDefault("sha256") == Hash(values) ? new(values, (int)features.shape[1]) : null;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps features for <see cref="Load"/>.</summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public void Save(string fingerprint, string weightsId, FeatureStatistics features)
    {
        using var scope = NewDisposeScope();
        var named = new Dictionary<string, Tensor> { ["features"] = tensor(features.Values).reshape(features.Count, features.Dimension) };
        var metadata = new Dictionary<string, string> { ["dataset"] = fingerprint, ["weights"] = weightsId, ["sha256"] = Hash(features.Values) };
        AtomicFile.Write(PathOf(fingerprint, weightsId), stream => Safetensors.Write(stream, named, metadata), Within);
    }

    /// <summary>A folder without which nothing is kept, so that a disk that was unmounted is not written beside; null: the cache's own is made where it is missing.</summary>
    public string? Within { get; init; }

    private string PathOf(string fingerprint, string weightsId)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{fingerprint}\n{weightsId}")));
        return Path.Combine(folder, $"features-{key[..32]}.safetensors");
    }

    private static string Hash(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())));
}
