using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>The Fréchet inception distance of a set and what belongs beside it: the floor, the extrapolation, MiFID and NWI.</summary>
/// <param name="training">Features of the training icons.</param>
/// <param name="bootstrap">Of which a part is used: a resample takes a hundredth of a second.</param>
internal sealed class FidFigures(FeatureStatistics training, Bootstrap bootstrap, int seed)
{
    /// <summary>Subsets that the line of FID∞ goes through, as in the authors' code.</summary>
    public const int Points = 15;

    /// <summary>Mean cosine distance from which on MiFID is FID (Bai et al. 2021).</summary>
    public const double MemorizationThreshold = 0.1;

    private const int FewestForInfinity = 30;  // below, subset sizes from a tenth on repeat

    private const int Splits = 10;

    private const int MostResamples = 100;

    private readonly double[] _squares = DistanceTable.Squares(training);

    private Figure? _floor;

    /// <summary>The figures, or empty ones that say why.</summary>
    /// <param name="products">Of the icons with the training icons.</param>
    /// <param name="cosines">Cosine distance of each icon to its nearest training icon.</param>
    /// <param name="pixels">Pixel distance of each icon to its nearest training icon.</param>
    /// <param name="scores">Hold FID and NWI where they are known already; null: they are computed.</param>
    public IEnumerable<Figure> Figures(FeatureStatistics icons, DistanceTable products, double[] cosines, double[] pixels, Scores? scores = null)
    {
        var (n, m) = (icons.Count, training.Count);
        var (fid, mifid, nwi) = (new Figure("fid", null, N: n, M: m), new Figure("mifid", null, N: n, M: m), new Figure("nwi", null, N: n, M: m));
        var infinity = new Figure("fid-infinity", null, N: n, M: m, K: Points);
        if (Math.Min(n, m) < 2)
        {
            var note = $"found sets of {n} and {m} icons; at least 2 each are needed";
            return [fid with { Note = note }, Floor, infinity with { Note = note }, mifid with { Note = note }, nwi with { Note = note }];
        }
        var parts = new FrechetParts(icons, training, products, DistanceTable.Squares(icons), _squares);
        var value = scores?.Fid ?? FrechetDistance.Between(icons, training);

        var resampled = Resampled(n, parts);

        fid = With(fid, value, (each, _) => each);
        nwi = With(nwi, scores?.Nwi ?? pixels.Average() - value, (each, drawn) => drawn.Average(i => pixels[i]) - each);
        if (Memorization(cosines.Average()) is { } penalty)
        {
            mifid = With(mifid, value / penalty, (each, drawn) => each / (Memorization(drawn.Average(i => cosines[i])) ?? penalty));
        }
        else
        {
            mifid = mifid with { Note = "every icon has the features of a training icon, so there is nothing to divide by" };
        }
        return [fid, Floor, n < FewestForInfinity
            ? infinity with { Note = $"found {n} icons; {Points} sizes of subsets need at least {FewestForInfinity}" }
            : Infinity(infinity, parts), mifid, nwi];

        // A resample has fewer different icons, so its FID is too high on average; the interval is moved back by that.
        Figure With(Figure figure, double of, Func<double, int[], double> each)
        {
            var values = resampled.Select(resample => each(resample.Fid, resample.Icons)).ToArray();
            var (low, high) = Bootstrap.Interval(values, n);
            var bias = values.Length == 0 ? 0 : values.Average() - of;
            if (figure.Key != "nwi" && low is not null) low = Math.Max(low.Value, bias);  // neither FID nor MiFID is ever below 0
            return figure with { Value = of, Low = low - bias, High = high - bias, Note = $"interval from {values.Length} resamples, their bias taken off" };
        }
    }

    /// <summary>
    /// What real icons score against real ones: the mean over random halves of the training set. N and M are the halves' sizes; far
    /// smaller sets than those of the FID beside it, and so higher than the FID that new real icons would have.
    /// </summary>
    public Figure Floor => _floor ??= MakeFloor();

    /// <summary>What FID is divided by; null: 0.</summary>
    internal static double? Memorization(double meanDistance) =>
        meanDistance >= MemorizationThreshold ? 1 : meanDistance <= 1e-12 ? null : meanDistance;

    /// <summary>Where the least-squares line of FID against 1/N meets 0, and the standard error of that.</summary>
    internal static (double Value, double StandardError) Extrapolate(int[] sizes, double[] fids)
    {
        var x = Array.ConvertAll(sizes, size => 1.0 / size);
        var (meanX, meanY) = (x.Average(), fids.Average());
        var (xx, xy) = (x.Sum(each => (each - meanX) * (each - meanX)), x.Zip(fids, (a, b) => (a - meanX) * (b - meanY)).Sum());
        var (slope, count) = (xy / xx, sizes.Length);
        var value = meanY - slope * meanX;
        var residuals = x.Zip(fids, (a, b) => b - value - slope * a).Sum(each => each * each);
        return (value, Math.Sqrt(residuals / (count - 2) * (1.0 / count + meanX * meanX / xx)));
    }

    /// <summary>Subset sizes from a tenth of the icons to all of them, evenly.</summary>
    internal static int[] Sizes(int count)
    {
        var least = Math.Max(count / 10, 2);
        return [.. Enumerable.Range(0, Points).Select(i => (int)(least + (count - least) * (i / (Points - 1.0))))];
    }

    private Figure Infinity(Figure figure, FrechetParts parts)
    {
        var sizes = Sizes(figure.N);
        var all = Enumerable.Range(0, training.Count).ToArray();
        var fids = sizes.Select((size, i) => parts.Distance(RandomStreams.Subset(figure.N, size, seed, RandomStreams.FidInfinity, i), all)).ToArray();
        var (value, error) = Extrapolate(sizes, fids);
        return figure with
        {
            // 1.96 standard errors of the line: how well it is known from these icons, not how other icons would move it.
            Value = value, Low = value - 1.96 * error, High = value + 1.96 * error, Note = "interval of the line's fit, not over icons",
        };
    }

    private Figure MakeFloor()
    {
        var count = training.Count;
        var (half, rest) = (count / 2, count - count / 2);
        var figure = new Figure("fid-floor", null, N: half, M: rest, K: Splits);
        if (half < 2) return figure with { Note = $"found {count} training icons; halves of at least 2 need 4" };
        var parts = new FrechetParts(training, training, DistanceTable.Products(training, training), _squares, _squares);
        var values = Enumerable.Range(0, Splits).Select(i =>
        {
            var shuffled = RandomStreams.Subset(count, count, seed, RandomStreams.FidFloor, i);
            return parts.Distance(shuffled.AsSpan(0, half), shuffled.AsSpan(half));
        }).ToArray();
        var mean = values.Average();
        return figure with { Value = mean, Spread = Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) };
    }

    // Time grows with the cube of the smaller set.
    private (double Fid, int[] Icons)[] Resampled(int count, FrechetParts parts)
    {
        var some = bootstrap.AtMost(Math.Min(count, training.Count) <= 300 ? MostResamples : MostResamples / 5);
        var all = Enumerable.Range(0, training.Count).ToArray();
        return [.. Enumerable.Range(0, some.Resamples).Select(r => some.Draw(count, r)).Select(drawn => (parts.Distance(drawn, all), drawn))];
    }
}
