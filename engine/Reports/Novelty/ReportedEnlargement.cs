using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>How well a run enlarges held-out icons.</summary>
/// <param name="Picture">A PNG file of the first ones; null: none was held out, or it is out of reach.</param>
public sealed record ReportedEnlargement(EnlargedReport Report, byte[]? Picture)
{
    /// <summary>Reads what lies beside a run's result; null: nothing was measured.</summary>
    /// <exception cref="System.Text.Json.JsonException">The file is no report of this version.</exception>
    public static ReportedEnlargement? Read(string results) => EnlargedReport.Read(results) is not { } report ? null
        : new(report, Path.Combine(results, EnlargedReport.PictureFile) is var picture && File.Exists(picture) ? File.ReadAllBytes(picture) : null);
}
