namespace IconDiffusion.Specs;

/// <summary>Checks of single values: no sentence, or one that names the key, what came and what was wanted.</summary>
internal static class SpecRanges
{
    public static readonly string[] NoFault = [];

    public static string[] Duration(string key, TimeSpan value) =>
        value > TimeSpan.Zero ? [] : [$"{key} is {DurationConverter.Format(value)}; wanted a duration above zero."];

    public static string[] Positive(string key, long value, bool allowZero = false) =>
        value > 0 || (allowZero && value == 0) ? [] : [$"{key} is {value}; wanted {(allowZero ? "0 or more" : "1 or more")}."];

    public static string[] Range(string key, long value, long least, long most) =>
        value >= least && value <= most ? [] : [$"{key} is {value}; wanted {least} to {most}."];

    public static string[] Above(string key, double value) =>
        value > 0 && double.IsFinite(value) ? [] : [$"{key} is {value}; wanted a number above 0."];

    public static string[] NotNegative(string key, double value) =>
        value >= 0 && double.IsFinite(value) ? [] : [$"{key} is {value}; wanted 0 or more."];

    public static string[] Fraction(string key, double value) =>
        value is >= 0 and < 1 ? [] : [$"{key} is {value}; wanted 0 or more and below 1."];

    public static string[] Probability(string key, double value) =>
        value is >= 0 and <= 1 ? [] : [$"{key} is {value}; wanted 0 to 1."];
}
