using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>All figures of one set of icons, in the catalogue's order.</summary>
internal static class RowFigures
{
    private static readonly Dictionary<string, int> Places =
        FigureCatalogue.All.Select((each, place) => (each.Key, place)).ToDictionary(each => each.Key, each => each.place);

    /// <param name="heldOut">Icons of the same source that were never trained on; null: none.</param>
    /// <param name="scores">FID and MAE where they are known already; null: they are computed.</param>
    public static EquatableList<Figure> Of(SetMeasures set, ReferenceSet training, SetMeasures? heldOut, NoveltySettings settings, Scores? scores = null)
    {
        var (n, m, bootstrap) = (set.Count, training.Count, training.Bootstrap);
        var (pixels, aligned) = (set.Distances(DistanceSpace.Pixel), set.Distances(DistanceSpace.Aligned));
        var figures = new List<Figure>
        {
            Mean("copies", [.. aligned.Select(distance => training.Rule.IsCopy(distance) ? 1.0 : 0)]) with
            {
                Note = FormattableString.Invariant($"aligned distance below {training.Rule.Threshold:0.00} of 255"),
            },
            Kid.Of(set.Features, training.Features, settings.Seed),
            ToHeldOut(),
            ClusterDiversity.Of(set.Features, set.Matches[DistanceSpace.Feature], m, bootstrap),
            Mean("mae", pixels) with { Value = scores?.Mae ?? pixels.Average() },
            Mean("mae-aligned", aligned),
        };
        if (set.Sources.Length > 0)
        {
            figures.Add(Mean("sources-distinct", [.. set.Sources.Select(each => (double)each.Distinct)]));
            figures.Add(Mean("sources-largest-share", [.. set.Sources.Select(each => each.LargestShare)]));
        }
        figures.AddRange(training.Fid.Figures(set.Features, set.Products, set.Distances(DistanceSpace.Feature), pixels, scores));
        figures.AddRange(training.Manifold.Figures(set.Features, set.Products, bootstrap));
        foreach (var (space, matches) in set.Matches)
        {
            var calibration = training.Calibration[space];
            figures.AddRange(new CopyTests(space, calibration, training.Pictures.Groups, heldOut?.Distances(space), bootstrap).Figures(matches));
            if (space is DistanceSpace.Feature or DistanceSpace.Descriptor)
                figures.AddRange(Similarity.Figures(space, set.Distances(space), calibration, m, bootstrap));
        }
        return [.. figures.OrderBy(figure => Places[figure.Key])];

        Figure ToHeldOut() => heldOut is null ? new("kid-held-out", null, N: n, Note: "no icons were held out")
            : ReferenceEquals(set, heldOut) ? new("kid-held-out", null, N: n, M: n, Note: "these are the held-out icons themselves")
            : Kid.Of(set.Features, heldOut.Features, settings.Seed) with { Key = "kid-held-out" };

        Figure Mean(string key, double[] each)
        {
            var (low, high) = bootstrap.OfMean(each);
            return new(key, each.Average(), low, high, n, m);
        }
    }
}
