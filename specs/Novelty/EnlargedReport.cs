using System.Text.Json;

namespace IconDiffusion.Specs.Novelty;

/// <summary>How well a stage of a cascade enlarges icons that were held out, made small as in its training, beside interpolation.</summary>
public sealed record EnlargedReport
{
    /// <summary>Lies beside a run's result.</summary>
    public const string FileName = "enlarged.json";

    /// <summary>The first icons, beside it: a row each of the originals, the small ones, and those of <see cref="Rows"/>; none where no icon was held out.</summary>
    public const string PictureFile = "enlarged.png";

    /// <summary>Icons that were held out; 0: none, and nothing is measured.</summary>
    public required int Count { get; init; }

    /// <summary>Side of the small icons, pixels.</summary>
    public required int From { get; init; }

    /// <summary>Side of the originals and of what is made of the small ones.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Which network the features are from.</summary>
    public required string Features { get; init; }

    /// <summary>Resamples behind each interval.</summary>
    public int Bootstrap { get; init; } = 1000;

    /// <summary>Starts the draws of the resamples.</summary>
    public int Seed { get; init; } = 3407;

    /// <summary>The stage last; none where no icon was held out.</summary>
    public required EquatableList<EnlargedRow> Rows { get; init; }

    /// <summary>Reads the report beside a run's result; null: none was made.</summary>
    /// <exception cref="JsonException">The file is no report of this version.</exception>
    public static EnlargedReport? Read(string folder) =>
        Path.Combine(folder, FileName) is var path && File.Exists(path) ? JsonSerializer.Deserialize<EnlargedReport>(File.ReadAllText(path), SpecJson.Indented) : null;
}

/// <summary>What enlarged icons.</summary>
public enum EnlargedBy { Bicubic, Lanczos, Stage }

/// <summary>The same icons enlarged by one of them.</summary>
/// <param name="Figures">Each with its interval: <c>psnr</c>, <c>ssim</c>, <c>enlarged-features</c>.</param>
/// <param name="Gains">What the stage's figures are above these, the interval paired icon by icon; empty: these are the stage's own.</param>
public sealed record EnlargedRow(EnlargedBy By, EquatableList<Figure> Figures, EquatableList<Figure> Gains)
{
    /// <summary>What people call it.</summary>
    public static string Name(EnlargedBy by) => by switch
    {
        EnlargedBy.Bicubic => "bicubic",
        EnlargedBy.Lanczos => "Lanczos",
        _ => "the run",
    };
}
