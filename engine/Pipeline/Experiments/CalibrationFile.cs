using System.Text.Json;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Where calibrations are kept, one for each feature network.</summary>
public static class CalibrationFile
{
    /// <summary>The user's own calibration of a network, or the one that comes with the program; null: neither.</summary>
    /// <param name="features">A result's label of its network.</param>
    public static CalibrationResult? Find(DataFolder data, string features)
    {
        var file = Path.Combine(FolderOf(data, features), "calibration.json");
        try
        {
            if (File.Exists(file) && JsonSerializer.Deserialize<CalibrationResult>(File.ReadAllText(file), SpecJson.Compact) is { } own) return own;
        }
        catch (JsonException)
        {
            // Of another version: it is made again when it is asked for.
        }
        return CalibrationReport.Shipped(features);
    }

    /// <summary>Holds calibration.json, .md, .csv and .svg, if there is one.</summary>
    public static string FolderOf(DataFolder data, string features) =>
        Path.Combine(data.Path, "calibrations", string.Concat(features.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-')));
}
