using System.Security.Cryptography;
using IconDiffusion.Evaluation;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// Features of a run's icons, float32, in a file for each batch beside the icons. They are found again by the icons' own pixels, so
/// they can never be those of other icons; what is missing is extracted. Merged in the icons' order, they are to the last bit
/// those of the whole set, whoever extracted which part.
/// </summary>
/// <param name="folder">The run.</param>
/// <param name="sampler">What drew the icons.</param>
/// <param name="extractor">The network.</param>
/// <param name="warn">Receives a sentence where features could not be kept; they can be extracted again.</param>
public sealed class SampleFeatures(RunFolder folder, SamplerSpec sampler, FeatureExtractor extractor, Action<string> warn)
{
    private readonly FeatureCache _cache = new(folder.SampleFeatures(sampler));

    /// <summary>Features of one batch.</summary>
    /// <param name="progress">Icons done.</param>
    public FeatureStatistics Of(IconPixels batch, IProgress<int>? progress, CancellationToken cancellation)
    {
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(batch.Data.Span));
        if (_cache.Load(fingerprint, extractor.WeightsId, batch.Count) is { } kept)
        {
            progress?.Report(batch.Count);
            return kept;
        }
        var features = extractor.Extract(batch, cancellation, progress);
        try
        {
            _cache.Save(fingerprint, extractor.WeightsId, features);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"Features of {batch.Count} icons could not be kept and will be extracted again: {e.Message}");
        }
        return features;
    }

    /// <summary>Features of all icons, which were drawn in batches of <paramref name="batchSize"/>.</summary>
    /// <param name="progress">Icons done.</param>
    public FeatureStatistics Of(IconPixels icons, int batchSize, IProgress<int>? progress, CancellationToken cancellation)
    {
        var parts = new List<FeatureStatistics>();
        for (var first = 0; first < icons.Count; first += batchSize)
        {
            var done = first;
            var batch = new IconPixels(
                icons.Data.Slice(first * icons.BytesPerIcon, Math.Min(batchSize, icons.Count - first) * icons.BytesPerIcon), icons.ImageSize);
            parts.Add(Of(batch, progress is null ? null : new Reporter<int>(more => progress.Report(done + more)), cancellation));
        }
        return FeatureStatistics.Merge(parts);
    }
}
