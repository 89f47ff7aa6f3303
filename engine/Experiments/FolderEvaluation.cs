using System.Text.Json;
using IconDiffusion.Engine.Data;
using IconDiffusion.Engine.Files;
using IconDiffusion.Engine.Imaging;
using IconDiffusion.Engine.Metrics;
using IconDiffusion.Engine.Reports;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Experiments;

/// <summary>The preprint's figures between any two folders of images, as its Table 1 has them between data sets.</summary>
public static class FolderEvaluation
{
    private const int LargestSize = 1024;

    /// <summary>
    /// Reads both folders at one size and scores the second against the first. Square images that have that size already are
    /// not resampled, and their FID is pytorch-fid's.
    /// </summary>
    /// <param name="training">Folder of the training, or first, set.</param>
    /// <param name="generated">Folder of the generated, or second, set.</param>
    /// <param name="size">Side in pixels; null: the shortest side of the training images, at most 1024.</param>
    /// <param name="progress">Icons whose features are done, of both sets.</param>
    public static Comparison Run(
        string training, string generated, int? size, EvaluationSpec spec, DataFolder data, ComputeDevice device,
        Action<int, int> progress, CancellationToken cancellation)
    {
        using var extractor = FeatureExtractor.Open(spec.Inception, InceptionWeightsFile.Published.DefaultPath(data.Path), device.Device);
        var trainingSizes = Sizes(training);
        var side = size ?? trainingSizes.Select(s => Math.Min(s.Width, s.Height)).Append(LargestSize).Min();
        var first = Read(training, side);
        var second = Read(generated, side);
        var (firstPixels, secondPixels) = (new IconPixels(first.Pixels, side), new IconPixels(second.Pixels, side));
        var evaluation = new Evaluator(extractor, new FeatureCache(data.Weights)).Evaluate(
            secondPixels, firstPixels, first.Fingerprint, cancellation,
            new Reporter<int>(done => progress(done, first.Count + second.Count)));
        var resampled = trainingSizes.Concat(Sizes(generated)).Count(s => s != (side, side));
        if (resampled > 0)
        {
            var scores = evaluation.Scores;
            evaluation = evaluation with
            {
                Scores = scores with
                {
                    NotComparable = [.. scores.NotComparable, $"{resampled} images resized or cropped to {side}×{side}: pytorch-fid takes them as they are"],
                },
            };
        }
        return new(evaluation, secondPixels, firstPixels);
    }

    private static IconDataset Read(string folder, int size) =>
        DatasetSource.Prepare(new FolderSpec { Path = folder, ImageSize = size, HeldOut = 0 }, TimeProvider.System);

    private static (int Width, int Height)[] Sizes(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => ImageFile.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Select(ImageFile.Probe)
            .Select(info => (info.Width, info.Height))]
        : throw new DatasetException($"There is no folder '{folder}'.");
}

/// <summary>Scores of one folder against another, with the icons that they are of.</summary>
public sealed record Comparison(Evaluation Evaluation, IconPixels Generated, IconPixels Training)
{
    public Scores Scores => Evaluation.Scores;

    /// <summary>Writes scores.json, contact-sheet.png and gallery.png.</summary>
    public void Write(string folder)
    {
        RunReport.WritePictures(folder, Generated, Training, Evaluation.Nearest);
        AtomicFile.WriteAllText(Path.Combine(folder, "scores.json"), JsonSerializer.Serialize(Scores, SpecJson.Indented) + "\n");
    }
}
