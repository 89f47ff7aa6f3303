using System.Text.Json;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports;

/// <summary>What one finished run shows: its figures, a sheet of its icons, and the icons beside what they may be copies of.</summary>
public static class RunReport
{
    /// <summary>A run's result, in its results folder.</summary>
    public const string ResultFile = "result.json";

    /// <summary>All drawn icons in one picture.</summary>
    public const string ContactSheetFile = FolderListing.ContactSheetFile;

    /// <summary>Drawn icons above their nearest training icons.</summary>
    public const string GalleryFile = "gallery.png";

    /// <summary>Which icons a figure shows as the run's best.</summary>
    public const string BestIconsFile = "best-icons.json";

    /// <summary>What the judge of parts found in each icon, of layered art.</summary>
    public const string PartsFile = "parts.json";

    // A picture of 256 icons still opens everywhere; the run's samples hold all of them.
    private const int MostOnSheet = 256;

    /// <summary>
    /// Writes the four files into <paramref name="folder"/>, each all or not at all, the result last: where it is, the
    /// pictures are.
    /// </summary>
    /// <exception cref="ArgumentException">The evaluation is not that of these icons: matches and icons differ in number.</exception>
    public static void Write(string folder, RunResult result, IconPixels generated, IconPixels training, EvaluationOutcome evaluation)
    {
        WritePictures(folder, generated, training, evaluation.Nearest);
        AtomicFile.WriteAllText(Path.Combine(folder, BestIconsFile), JsonSerializer.Serialize(evaluation.Best, SpecJson.Indented) + "\n");
        AtomicFile.WriteAllText(Path.Combine(folder, ResultFile), JsonSerializer.Serialize(result, SpecJson.Indented) + "\n");
    }

    /// <summary>Writes the sheet and the gallery alone.</summary>
    /// <param name="nearest">Of each generated icon, as in <see cref="EvaluationOutcome"/>.</param>
    /// <exception cref="ArgumentException">As <see cref="Write"/>.</exception>
    public static void WritePictures(string folder, IconPixels generated, IconPixels training, IReadOnlyList<NearestMatch> nearest)
    {
        if (nearest.Count != generated.Count)
            throw new ArgumentException($"{nearest.Count} matches came for {generated.Count} icons; wanted one for each.", nameof(nearest));
        var shown = Enumerable.Range(0, Math.Min(MostOnSheet, generated.Count)).Select(generated.ToImage);
        ImageFile.SavePng(Path.Combine(folder, ContactSheetFile), ContactSheet.Compose([.. shown]));

        var entries = GalleryOrder.Of(nearest).Select(i =>
            new NearestGallery.Entry(generated.ToImage(i), training.ToImage(nearest[i].Index), nearest[i].Distance));
        ImageFile.SavePng(Path.Combine(folder, GalleryFile), NearestGallery.Compose([.. entries], Math.Min(GalleryOrder.Columns, nearest.Count)));
    }

    /// <summary>Reads a result back.</summary>
    /// <exception cref="JsonException">The file is no result of this version.</exception>
    public static RunResult ReadResult(string folder) =>
        JsonSerializer.Deserialize<RunResult>(File.ReadAllText(Path.Combine(folder, ResultFile)), SpecJson.Indented)
        ?? throw new JsonException($"'{Path.Combine(folder, ResultFile)}' holds null; wanted a result.");

    /// <summary>Reads the icons that a figure shows; null: a result of an earlier version, which has none.</summary>
    public static BestIcons? ReadBest(string folder) => Read<BestIcons>(folder, BestIconsFile);

    /// <summary>Reads what the icons are made of; null: their parts are unknown.</summary>
    /// <exception cref="JsonException">The file is no report of this version.</exception>
    public static RecombinationReport? ReadParts(string folder) => Read<RecombinationReport>(folder, PartsFile);

    private static T? Read<T>(string folder, string file)
        where T : class =>
        Path.Combine(folder, file) is var path && File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), SpecJson.Indented) : null;
}
