using IconDiffusion.Data.Layered;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>Shares and layout figures over icons that were taken apart, each with its bootstrap interval.</summary>
internal sealed class RecombinationFigures(
    LayeredArt art, TakenIcon[] taken, IconParts[] icons, List<Combination> trained, ArtLayout[] layouts, NoveltySettings settings)
{
    // A backdrop never moves.
    private readonly int[] _moving = [.. Enumerable.Range(0, art.Layers.Count).Where(layer => art.Layers[layer].Farthest != default)];

    private readonly Bootstrap _bootstrap = new(settings.Bootstrap, settings.Seed, RandomStreams.Recombination);

    public IEnumerable<Figure> All()
    {
        yield return Share("copy", RecombinationClass.Copy);
        yield return Share("recombination", RecombinationClass.Recombination);
        yield return Share("unexplained", RecombinationClass.Unexplained);
        yield return Mean("parts-recognised", [.. taken.Select(icon => icon.Parts.Average(part => part.IsRecognised ? 1.0 : 0))],
            "parts of an icon that are a known variant, mean share");
        yield return Mean("copy-of-explained", [.. icons.Where(icon => icon.Class != RecombinationClass.Unexplained).Select(icon => icon.Class == RecombinationClass.Copy ? 1.0 : 0)],
            "share of copies among icons whose parts are all known");
        var known = trained.Distinct().ToList();
        yield return Mean("nearest-in-training", [.. taken.Select(icon => known.Any(icon.LooksLike) ? 1.0 : 0)],
            "share of icons whose closest variants, recognised or not, were trained on together: copies that are blurred or damaged count too");
        var available = art.Combinations;
        yield return new("copy-by-chance", (double)known.Count / available, N: icons.Length, M: trained.Count,
            Note: $"share of the {available} combinations that was trained on: what drawing every part independently would copy");
        yield return Mean("layout-shift", Shifts(taken.Select(icon => icon.Parts.Select((part, layer) => (part.IsRecognised && art.Layers[layer].IsDrawn(part.Variant), part.Move)).ToList())),
            "distance of a known part from its place in the layout, pixels, mean over an icon's parts");
        yield return Mean("layout-shift-training", Shifts(layouts.Select((layout, i) => layout.Moves.Select((move, layer) => (art.Layers[layer].IsDrawn(trained[i][layer]), move)).ToList())), "the same of the training icons") with { N = layouts.Length };
        yield return Mean("copy-layout-shift", [.. Enumerable.Range(0, icons.Length).Where(i => icons[i].TrainingIcon is not null).Select(FromSource)],
            "distance of a copy's parts from the places that they have in its training icon, pixels");
    }

    private Figure Share(string key, RecombinationClass kind) => Mean(key, [.. icons.Select(icon => icon.Class == kind ? 1.0 : 0)], null);

    private Figure Mean(string key, double[] each, string? note)
    {
        if (each.Length == 0) return new(key, null, N: 0, M: trained.Count, Note: "no icon it could be computed for");
        var (low, high) = _bootstrap.OfMean(each);
        return new(key, each.Average(), low, high, each.Length, trained.Count, Note: note);
    }

    private double[] Shifts(IEnumerable<List<(bool Known, PartMove Move)>> faces) =>
        [.. faces.Select(face => _moving.Select(layer => face[layer]).Where(part => part.Known).Select(part => Pixels(part.Move.X, part.Move.Y)).ToList())
            .Where(moves => moves.Count > 0).Select(moves => moves.Average())];

    private double FromSource(int icon) => _moving.Where(layer => art.Layers[layer].IsDrawn(taken[icon].Parts[layer].Variant)).Average(layer =>
    {
        var (here, there) = (taken[icon].Parts[layer].Move, layouts[icons[icon].TrainingIcon!.Value][layer]);
        return Pixels(here.X - there.X, here.Y - there.Y);
    });

    private double Pixels(int x, int y) => Math.Sqrt((x * x) + (y * y)) * art.Size / LayeredArt.Units;
}
