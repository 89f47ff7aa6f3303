using System.Globalization;

namespace IconDiffusion.Specs.Novelty;

/// <summary>Figures as people read them, on the console, in tables, pages and charts alike: shares as parts of a hundred, a true minus sign, as many digits as say something.</summary>
public static class FigureText
{
    /// <summary>What stands where a figure can't be computed.</summary>
    public const string None = "–";

    public static string Value(Figure? figure) => Value(figure?.Value, Unit(figure?.Key ?? ""));

    public static string Value(double? value, string unit) => value is not { } number ? None : unit switch
    {
        "share" => Share(number),
        "%" => Share(number / 100),
        "px" or "dB" => $"{Rounded(number)}\u00a0{unit}",
        _ => Rounded(number),
    };

    /// <summary>Such as <c>[1.2, 3.4]</c>; empty: the figure has no interval.</summary>
    public static string Interval(Figure? figure) =>
        figure is { Low: { } low, High: { } high } ? $"[{Bare(low, Unit(figure.Key))}, {Bare(high, Unit(figure.Key))}]" : "";

    /// <summary>Value, and the interval behind it.</summary>
    public static string WithInterval(Figure? figure) => $"{Value(figure)} {Interval(figure)}".TrimEnd();

    /// <summary>A heading, with the network that the figure rests on.</summary>
    /// <param name="features">A result's label of its network.</param>
    public static string Label(string key, string features) => FigureCatalogue.Find(key)?.LabelOf(features) ?? key.Replace('-', ' ');

    /// <summary>A heading and its value, such as <c>FID (ResNet-18) 14.3</c>.</summary>
    /// <param name="features">A result's label of its network.</param>
    public static string Labelled(Figure figure, string features) => $"{Label(figure.Key, features)} {Value(figure)}";

    /// <param name="features">A result's label of its network.</param>
    public static string Name(DistanceSpace space, string features) => space switch
    {
        DistanceSpace.Pixel => "pixels, as they lie",
        DistanceSpace.Aligned => "pixels, aligned",
        DistanceSpace.Feature => $"{FeatureNetworks.NameOf(features)} features",
        _ => "copy descriptor",
    };

    public static string UnitOf(DistanceSpace space) =>
        space is DistanceSpace.Pixel or DistanceSpace.Aligned ? "mean absolute difference, levels of 255" : "1 − cosine similarity";

    /// <summary>0…1 as parts of a hundred: as many digits as say something.</summary>
    public static string Share(double share) => $"{Hundredths(share * 100)}\u00a0%";

    /// <summary>The same without digits after the point, for narrow places.</summary>
    public static string WholeShare(double share) => share is > 0 and < 0.005 ? "<1\u00a0%" : $"{Math.Round(share * 100)}\u00a0%";

    public static string Rounded(double value) =>
        (Math.Abs(value) switch
        {
            _ when !double.IsFinite(value) => None,
            0 => "0",
            >= 100_000 => value.ToString("0.00e0", CultureInfo.InvariantCulture),
            >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
            > 0.99 and < 1 => value.ToString("0.00####", CultureInfo.InvariantCulture),  // similarities
            >= 0.1 => value.ToString("0.00", CultureInfo.InvariantCulture),
            >= 0.001 => value.ToString("0.0000", CultureInfo.InvariantCulture),
            _ => value.ToString("0.0e0", CultureInfo.InvariantCulture),
        }).Replace('-', '−');

    private static string Bare(double value, string unit) => unit switch
    {
        "share" => Hundredths(value * 100),
        "%" => Hundredths(value),
        _ => Rounded(value),
    };

    private static string Hundredths(double value) => value.ToString(Math.Abs(value) >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture).Replace('-', '−');

    private static string Unit(string key) => FigureCatalogue.Find(key)?.Unit ?? "";
}
