using System.Security.Cryptography;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>Features of the sets of a report, kept by the hash of their pixels, so that those that a training set brings with it are extracted once.</summary>
/// <param name="weightsId">Names the network in the cache.</param>
/// <param name="extract">Asks the network.</param>
/// <param name="cache">Null: nothing is kept.</param>
public sealed class ReportFeatures(
    string weightsId, Func<IconPixels, CancellationToken, IProgress<int>?, FeatureStatistics> extract, FeatureCache? cache)
{
    /// <summary>Features of icons, in their order.</summary>
    /// <param name="fingerprint">Names their pixels; null: their hash.</param>
    /// <exception cref="IOException">The cache's disk is full or can't be written.</exception>
    public FeatureStatistics Of(IconPixels icons, string? fingerprint, IProgress<int>? progress, CancellationToken cancellation)
    {
        fingerprint ??= Convert.ToHexStringLower(SHA256.HashData(icons.Data.Span));
        if (cache?.Load(fingerprint, weightsId, icons.Count) is { } kept)
        {
            progress?.Report(icons.Count);
            return kept;
        }
        var features = extract(icons, cancellation, progress);
        cache?.Save(fingerprint, weightsId, features);
        return features;
    }
}
