using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Metrics;

/// <summary>The training icon closest to a generated one.</summary>
/// <param name="Index">Its index in the training set; the lowest of equally close ones.</param>
/// <param name="Distance">Mean absolute pixel difference, 0…255.</param>
/// <param name="Mirrored">Whether it is closest with left and right swapped.</param>
public readonly record struct NearestMatch(int Index, double Distance, bool Mirrored = false);

/// <summary>
/// Nearest training icon in pixel space: mean absolute difference over RGB in 0…255, without alignment (the preprint's
/// §5.1). Sums are integers, so distances do not depend on the order of addition, threads or processor.
/// </summary>
public static class NearestNeighbour
{
    /// <summary>For each generated icon its nearest training icon.</summary>
    /// <exception cref="ArgumentException">No training icon, or the sizes differ.</exception>
    public static NearestMatch[] Find(IconPixels generated, IconPixels training)
    {
        if (training.Count == 0) throw new ArgumentException("The training set is empty; a nearest icon needs at least one.", nameof(training));
        if (generated.ImageSize != training.ImageSize)
            throw new ArgumentException($"The generated icons are {generated.ImageSize} px wide, the training icons {training.ImageSize} px; they can only be compared at one size.", nameof(generated));
        var matches = new NearestMatch[generated.Count];
        Parallel.For(0, generated.Count, i =>
        {
            var icon = generated[i];
            var (best, least) = (0, long.MaxValue);
            for (var j = 0; j < training.Count; j++)
            {
                var sum = PixelDistance.Sum(icon, training[j]);
                if (sum < least) (best, least) = (j, sum);
            }
            matches[i] = new(best, (double)least / icon.Length);
        });
        return matches;
    }

    /// <summary>Extends matches of <see cref="Find"/> to mirror images; an icon wins over an equally close mirror image.</summary>
    internal static NearestMatch[] OrMirrored(NearestMatch[] matches, IconPixels generated, IconPixels training)
    {
        var mirrored = Find(generated, training.Mirrored());
        return [.. matches.Zip(mirrored, (plain, mirror) => mirror.Distance < plain.Distance ? mirror with { Mirrored = true } : plain)];
    }
}
