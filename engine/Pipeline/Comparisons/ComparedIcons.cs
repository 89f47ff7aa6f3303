using System.Text.Json;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>A comparison with the icons that it is of.</summary>
/// <param name="Nearest">For each icon of the second set the nearest of the first.</param>
public sealed record ComparedIcons(SetComparison Result, IconPixels Second, IconSet First, IReadOnlyList<NearestMatch> Nearest)
{
    /// <summary>For the novelty report's page; null: its figures were not asked for.</summary>
    public ReportedSet? Reported => Result.Novelty is { } novelty ? new(novelty, null, null, First, Second.ToImage) { Calibration = Calibration } : null;

    /// <summary>What the figures are worth, for the page; null: nobody has measured it.</summary>
    public CalibrationResult? Calibration { get; init; }

    /// <summary>Writes scores.json, comparison.json, contact-sheet.png and gallery.png, and the novelty report if there is one.</summary>
    public void Write(string folder)
    {
        RunReport.WritePictures(folder, Second, First.Pixels, Nearest);
        AtomicFile.WriteAllText(Path.Combine(folder, "scores.json"), JsonSerializer.Serialize(Result.Scores, SpecJson.Indented) + "\n");
        if (Reported is { } reported)
            NoveltyFiles.Write(folder, Result.Name, [reported]);
        AtomicFile.WriteAllText(Path.Combine(folder, "comparison.json"), JsonSerializer.Serialize(Result, SpecJson.Indented) + "\n");
    }
}
