using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Imaging;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Enlarging;

/// <summary>How near enlarged icons come to their originals: those of a stage of a cascade beside bicubic and Lanczos interpolation of the same small icons.</summary>
public static class EnlargedFigures
{
    private static readonly string[] Keys = ["psnr", "ssim", "enlarged-features"];

    /// <summary>Measures what a stage has made.</summary>
    /// <param name="original">Held-out icons at their own size.</param>
    /// <param name="small">The same made small.</param>
    /// <param name="enlarged">The small ones enlarged by the stage.</param>
    /// <exception cref="ArgumentException">The sets differ in number or size.</exception>
    public static EnlargedReport Measure(IconPixels original, IconPixels small, IconPixels enlarged, FeatureExtractor extractor, CancellationToken cancellation)
    {
        if (small.Count != original.Count || enlarged.Count != original.Count || enlarged.ImageSize != original.ImageSize)
            throw new ArgumentException($"{small.Count} small and {enlarged.Count} enlarged icons of {enlarged.ImageSize} px came for {original.Count} of {original.ImageSize} px; wanted one of that size for each.", nameof(enlarged));
        var report = Empty(small.ImageSize, original.ImageSize, extractor) with { Count = original.Count };
        var bootstrap = new Bootstrap(report.Bootstrap, report.Seed);
        var features = extractor.Extract(original, cancellation);
        var all = Of(small, enlarged).Select(each => (each.By, Values: Values(original, features, each.Icons, extractor.Extract(each.Icons, cancellation)))).ToArray();
        var stage = all[^1].Values;
        return report with
        {
            Rows =
            [
                .. all.Select(each => new EnlargedRow(
                    each.By, [.. Keys.Zip(each.Values, Figure)],
                    each.By == EnlargedBy.Stage ? [] : [.. Keys.Select((key, i) => Figure(key, Less(stage[i], each.Values[i])))])),
            ],
        };

        Figure Figure(string key, double[]? values)
        {
            if (values is null)
                return new(key, null, N: original.Count, Note: $"found icons of {original.ImageSize}×{original.ImageSize}; the window needs {StructuralSimilarity.Window}×{StructuralSimilarity.Window}");
            var (low, high) = bootstrap.OfMean(values);
            return new(key, values.Average(), low, high, original.Count);
        }
    }

    /// <summary>What there is to say where no icon was held out.</summary>
    public static EnlargedReport Empty(int from, int imageSize, FeatureExtractor extractor) => new() { Count = 0, From = from, ImageSize = imageSize, Features = extractor.Label, Rows = [] };

    /// <summary>The first icons: a row each of the originals, the small ones in larger pixels, and what was made of these.</summary>
    public static Image Picture(IconPixels original, IconPixels small, IconPixels enlarged, int most)
    {
        var shown = Math.Min(most, original.Count);
        var pixelated = IconPixels.From([.. Enumerable.Range(0, shown).Select(i => small.ToImage(i).Enlarged(original.ImageSize / small.ImageSize))]);
        IconPixels[] rows = [original, pixelated, .. Of(small, enlarged).Select(each => each.Icons)];
        return ContactSheet.Compose([.. rows.SelectMany(row => Enumerable.Range(0, shown).Select(row.ToImage))], shown);
    }

    private static IEnumerable<(EnlargedBy By, IconPixels Icons)> Of(IconPixels small, IconPixels enlarged) =>
        [(EnlargedBy.Bicubic, Resized(small, enlarged.ImageSize, ResizeFilter.Bicubic)), (EnlargedBy.Lanczos, Resized(small, enlarged.ImageSize, ResizeFilter.Lanczos)), (EnlargedBy.Stage, enlarged)];

    private static IconPixels Resized(IconPixels small, int size, ResizeFilter filter) =>
        IconPixels.From([.. Enumerable.Range(0, small.Count).Select(i => Resize.To(small.ToImage(i), size, size, filter))]);

    // Of each figure a value for each icon; null: the icons are too small for it.
    private static double[]?[] Values(IconPixels original, FeatureStatistics of, IconPixels enlarged, FeatureStatistics features) =>
    [
        Each(original.Count, i => PeakSignal.Of(original[i], enlarged[i])),
        original.ImageSize < StructuralSimilarity.Window ? null : Each(original.Count, i => StructuralSimilarity.Of(original[i], enlarged[i], original.ImageSize)),
        Each(original.Count, i => DistanceTable.Cosine(DistanceTable.Product(of, i, features, i), DistanceTable.Product(of, i, of, i), DistanceTable.Product(features, i, features, i))),
    ];

    private static double[] Each(int count, Func<int, double> value) => [.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(value)];

    private static double[]? Less(double[]? a, double[]? b) => a is null || b is null ? null : [.. a.Zip(b, (x, y) => x - y)];
}
