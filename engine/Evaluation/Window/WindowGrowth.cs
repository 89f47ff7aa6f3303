using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Window;

/// <summary>
/// How a time of the safe window grows with the number n of training icons: the slope of log(steps) against log(n). Bonnaire et al. 2025
/// (arXiv 2505.17638) predict 1 for the step where copying begins, τ_mem ∝ n, and 0 for the one where quality arrives, τ_gen.
/// </summary>
/// <param name="Slope">Least squares over runs.</param>
/// <param name="Intercept">log(steps) of the line at n = 1.</param>
/// <param name="Low">Lower end of the slope's 95 % interval, by Student's t with runs − 2 degrees of freedom.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Runs">Runs that it rests on.</param>
public sealed record WindowGrowth(double Slope, double Intercept, double Low, double High, int Runs)
{
    // 97.5 % quantiles of Student's t with 1, 2, … degrees of freedom.
    private static readonly double[] StudentT =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>The line through what runs have shown.</summary>
    /// <param name="times">Training icons of each run, at least one, and between which looks its time lies; the middle of the two counts, in logarithms.</param>
    /// <returns>Null: fewer than three runs, or all of one size, tell no slope and how sure it is.</returns>
    public static WindowGrowth? Of(IReadOnlyList<(int Icons, StepSpan Time)> times)
    {
        if (times.Count < 3 || times.Select(each => each.Icons).Distinct().Count() < 2) return null;
        var points = times.Select(each => (X: Math.Log(each.Icons), Y: Math.Log(Middle(each.Time)))).ToArray();
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var spread = points.Sum(point => (point.X - x) * (point.X - x));
        var slope = points.Sum(point => (point.X - x) * (point.Y - y)) / spread;
        var rest = points.Sum(point => Math.Pow(point.Y - y - (slope * (point.X - x)), 2));
        var degrees = points.Length - 2;
        var half = Math.Sqrt(rest / degrees / spread) * (degrees <= StudentT.Length ? StudentT[degrees - 1] : 1.96 + (2.5 / degrees));
        return new(slope, y - (slope * x), slope - half, slope + half, points.Length);
    }

    /// <summary>The time's middle between its two looks, in logarithms; where no look came before, the look itself.</summary>
    public static double Middle(StepSpan time) => time.After == 0 ? time.By : Math.Sqrt((double)time.After * time.By);

    /// <summary>Steps where the line lies for so many icons.</summary>
    public double At(double icons) => Math.Exp(Intercept + (Slope * Math.Log(icons)));
}
