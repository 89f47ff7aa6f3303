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
    // Larger icons gain nothing: the network sees 299×299, and MAE hardly changes.
    private const int LargestDefaultSize = 128;

    /// <summary>Reads both folders at one size and scores the second against the first.</summary>
    /// <param name="training">Folder of the training, or first, set.</param>
    /// <param name="generated">Folder of the generated, or second, set.</param>
    /// <param name="size">Side in pixels; null: the shortest side of the training images, at most 128.</param>
    /// <param name="progress">Icons whose features are done, of both sets.</param>
    public static Comparison Run(
        string training, string generated, int? size, EvaluationSpec spec, DataFolder data, ComputeDevice device,
        Action<int, int> progress, CancellationToken cancellation)
    {
        using var extractor = FeatureExtractor.Open(spec.Inception, InceptionWeightsFile.Published.DefaultPath(data.Path), device.Device);
        var side = size ?? DefaultSize(training);
        var first = Read(training, side);
        var second = Read(generated, side);
        var (firstPixels, secondPixels) = (new IconPixels(first.Pixels, side), new IconPixels(second.Pixels, side));
        var evaluation = new Evaluator(extractor, new FeatureCache(data.Weights)).Evaluate(
            secondPixels, firstPixels, first.Fingerprint, cancellation,
            new Reporter<int>(done => progress(done, first.Count + second.Count)));
        return new(evaluation, secondPixels, firstPixels);
    }

    private static IconDataset Read(string folder, int size) =>
        DatasetSource.Prepare(new FolderSpec { Path = folder, ImageSize = size }, TimeProvider.System);

    private static int DefaultSize(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DatasetException($"There is no folder '{folder}'.");
        var sides = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => ImageFile.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Select(ImageFile.Probe)
            .Select(info => Math.Min(info.Width, info.Height));
        return Math.Min(LargestDefaultSize, sides.DefaultIfEmpty(LargestDefaultSize).Min());
    }
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
