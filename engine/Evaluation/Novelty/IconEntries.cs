using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>What a report says of each generated icon, in the order that they came in.</summary>
internal sealed class IconEntries(NoveltyInput input, SortedIcons training, ReferenceSet reference)
{
    // Copies whose patch maps are kept, closest first, beside those of the icons that a gallery shows.
    private const int MostMappedCopies = 48;

    public IReadOnlyList<IconNovelty> Of(SortedIcons generated, SetMeasures measures)
    {
        var matches = measures.Matches.ToDictionary(each => each.Key, each => generated.Restore(each.Value));
        var sources = generated.Restore(measures.Sources);
        var percentiles = reference.Calibration.ToDictionary(each => each.Key, each =>
            new CopyTests(each.Key, each.Value, reference.Pictures.Groups, heldOut: null, reference.Bootstrap));
        var aligned = matches[DistanceSpace.Aligned];
        var mapped = Mapped(matches[DistanceSpace.Pixel], aligned);
        return [.. Enumerable.Range(0, aligned.Length).Select(i => new IconNovelty(
            i, reference.Rule.IsCopy(aligned[i].Distance),
            [.. measures.Matches.Keys.Select(space => Nearest(space, matches[space][i], percentiles[space]))],
            mapped.Contains(i) ? Original(sources[i]) : sources[i] with { Map = null }))];
    }

    private HashSet<int> Mapped(AlignedMatch[] pixels, AlignedMatch[] aligned)
    {
        var copies = Enumerable.Range(0, aligned.Length).Where(i => reference.Rule.IsCopy(aligned[i].Distance)).OrderBy(i => aligned[i].Distance);
        return [.. GalleryOrder.Of(Array.ConvertAll(pixels, match => new NearestMatch(match.Index, match.Distance))), .. copies.Take(MostMappedCopies)];
    }

    private NearestIcon Nearest(DistanceSpace space, AlignedMatch match, CopyTests tests)
    {
        var index = training.Original(match.Index);
        return new(
            space, index, input.Training.Names[index], match.Distance, double.IsFinite(match.Second) ? match.Second : null,
            tests.Percentile(match.Distance), match.Mirrored, match.ShiftX, match.ShiftY);
    }

    private PatchSources Original(PatchSources sources) => sources.Map is not { } map ? sources
        : sources with { Map = map with { Icons = [.. map.Icons.Select(icon => icon < 0 ? icon : training.Original(icon))] } };
}
