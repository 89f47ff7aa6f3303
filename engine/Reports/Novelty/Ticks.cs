using System.Globalization;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Round numbers for an axis.</summary>
internal static class Ticks
{
    public static string Text(double tick) => tick.ToString("0.######", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>At most about <paramref name="wanted"/> multiples of 1, 2 or 5 times a power of ten within the range.</summary>
    public static IReadOnlyList<double> Between(double low, double high, int wanted = 5)
    {
        if (!(high > low) || !double.IsFinite(high - low)) return [low];
        var step = Math.Pow(10, Math.Floor(Math.Log10((high - low) / wanted)));
        while ((high - low) / step > wanted)
            step *= (high - low) / (step * 2) <= wanted ? 2 : (high - low) / (step * 5) <= wanted ? 5 : 10;
        var first = (long)Math.Ceiling((low / step) - 1e-9);
        var last = (long)Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => Math.Round((first + i) * step, 10))];
    }
}
