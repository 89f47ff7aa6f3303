using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>Tests of copying that rest on distances to the nearest training icon alone, whatever the space.</summary>
/// <param name="space">Named in the figures' keys.</param>
/// <param name="calibration">Leave-one-out distance of each training picture to its nearest other one; empty: there is but one.</param>
/// <param name="groups">Which picture each training icon is.</param>
/// <param name="heldOut">Distance of each held-out icon to its nearest training icon; null: none were set aside.</param>
internal sealed class CopyTests(DistanceSpace space, double[] calibration, int[] groups, double[]? heldOut, Bootstrap bootstrap)
{
    /// <summary>Part of the second distance below which the first is a gap (Yoon et al. 2023).</summary>
    public const double GapRatio = 1.0 / 3;

    private readonly double[] _sorted = [.. calibration.Order()];

    /// <summary>0…100: how many training icons have a nearer neighbour than <paramref name="distance"/>; null: there is one picture alone.</summary>
    public double? Percentile(double distance) => _sorted.Length == 0 ? null : 100.0 * Below(_sorted, distance) / _sorted.Length;

    /// <summary>The four figures of a set.</summary>
    public IEnumerable<Figure> Figures(AlignedMatch[] matches)
    {
        var distances = Array.ConvertAll(matches, match => match.Distance);
        return [Percentiles(distances), Ct(distances), Authentic(matches), Gap(matches)];
    }

    private Figure Percentiles(double[] distances)
    {
        var figure = Empty("nn-percentile", distances.Length, _sorted.Length);
        if (_sorted.Length == 0) return figure with { Note = OnePicture };
        var each = Array.ConvertAll(distances, distance => Percentile(distance)!.Value);
        var (low, high) = bootstrap.OfQuantile(each, 0.5);
        return figure with { Value = Bootstrap.Quantile([.. each.Order()], 0.5), Low = low, High = high };
    }

    private Figure Authentic(AlignedMatch[] matches)
    {
        var figure = Empty("authpct", matches.Length, groups.Length);
        if (calibration.Length == 0) return figure with { Note = OnePicture };
        return OfMean(figure, Array.ConvertAll(matches, match => match.Distance > calibration[groups[match.Index]] ? 100.0 : 0));
    }

    private Figure Gap(AlignedMatch[] matches)
    {
        var figure = Empty("gap", matches.Length, groups.Length);
        if (calibration.Length == 0) return figure with { Note = OnePicture };
        return OfMean(figure, Array.ConvertAll(matches, match => match.Distance < GapRatio * match.Second ? 1.0 : 0));
    }

    private Figure Ct(double[] distances)
    {
        var figure = Empty("ct", distances.Length, heldOut?.Length ?? 0);
        if (heldOut is null or { Length: < 2 } || distances.Length < 2)
            return figure with { Note = $"found {distances.Length} icons and {heldOut?.Length ?? 0} held-out ones; at least 2 of each are needed" };
        var ranks = new PooledRanks(distances, heldOut);
        var (icons, others) = (Counts(distances.Length), Counts(heldOut.Length));
        // Both sets are drawn anew: few held-out icons are most of what is uncertain.
        var held = bootstrap.Other();
        var values = new double[bootstrap.Resamples];
        Parallel.For(0, values.Length, r =>
            values[r] = ranks.Z(Counts(distances.Length, bootstrap.Draw(distances.Length, r)), Counts(heldOut.Length, held.Draw(heldOut.Length, r))) ?? 0);
        var (low, high) = Bootstrap.Interval(values, distances.Length);
        return ranks.Z(icons, others) is { } z
            // Ties widen σ a little more in resamples; where every distance is tied, that alone would put Z outside.
            ? figure with { Value = z, Low = low is null ? null : Math.Min(low.Value, z), High = high is null ? null : Math.Max(high.Value, z) }
            : figure with { Note = "all distances are equal" };
    }

    private static int[] Counts(int count, int[]? drawn = null)
    {
        var counts = new int[count];
        if (drawn is null) Array.Fill(counts, 1);
        else foreach (var i in drawn) counts[i]++;
        return counts;
    }

    private string OnePicture => $"found {groups.Length} training icon{(groups.Length == 1 ? "" : "s that are all one picture")}; at least 2 are needed";

    private Figure OfMean(Figure figure, double[] each)
    {
        var (low, high) = bootstrap.OfMean(each);
        return figure with { Value = each.Average(), Low = low, High = high };
    }

    private Figure Empty(string key, int n, int m) => new($"{key}-{FigureCatalogue.SpaceKey(space)}", null, N: n, M: m);

    // How many of an ascending list are below a number.
    private static int Below(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
