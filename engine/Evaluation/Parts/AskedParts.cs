using IconDiffusion.Data.Layered;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>Whether icons show the parts that they were asked to have, by <see cref="PartJudge"/>. A part that others hide counts as shown where what is hidden could be it.</summary>
internal static class AskedParts
{
    /// <summary>The share of parts that are shown, beside what requests dealt at random and the training icons themselves would come to.</summary>
    /// <param name="asked">The tags that an icon was drawn with, by its number: each a layer and a variant, <see cref="LayeredArt.TagOf"/>.</param>
    /// <param name="training">The training icons taken apart.</param>
    /// <param name="trained">What they are made of.</param>
    public static IEnumerable<Figure> Figures(
        LayeredArt art, IReadOnlyList<TakenIcon> drawn, Func<int, IReadOnlyList<string>> asked, IReadOnlyList<TakenIcon> training, IReadOnlyList<Combination> trained)
    {
        var parts = art.Layers.SelectMany((layer, number) => layer.Variants.Select((_, variant) => (Layer: number, Variant: variant)))
            .DistinctBy(part => art.TagOf(part.Layer, part.Variant)).ToDictionary(part => art.TagOf(part.Layer, part.Variant));
        (int Layer, int Variant)[][] wanted = [.. drawn.Select((_, icon) => asked(icon).Select(tag => parts[tag]).ToArray())];
        double[] shown = [.. drawn.Select((icon, i) => Shown(icon, wanted[i]))];
        yield return Share("asked-shown", shown, trained.Count, "parts that an icon was asked to have and shows, mean share");
        yield return Share("asked-all", [.. shown.Select(share => share == 1 ? 1.0 : 0)], trained.Count, "share of icons that show every part that was asked for");
        yield return new(
            "asked-by-chance", drawn.Count < 2 ? null : wanted.Select((request, i) => drawn.Where((_, j) => j != i).Average(other => Shown(other, request))).Average(),
            N: drawn.Count, M: trained.Count, Note: "the same if requests were dealt among the icons at random: what a model that does not listen comes to");
        yield return Share(
            "asked-training", [.. training.Select((icon, i) => Shown(icon, [.. trained[i].Variants.Select((variant, layer) => (layer, variant))]))], trained.Count,
            "parts of the training icons that are found in them, mean share: what a model that draws all that it is asked for comes to");
    }

    private static double Shown(TakenIcon icon, (int Layer, int Variant)[] parts) => parts.Average(part => IsShown(icon.Parts[part.Layer], part.Variant) ? 1.0 : 0);

    private static bool IsShown(PartFinding part, int variant) => part.IsRecognised && (part.Variant == variant || part.Alike.Contains(variant));

    private static Figure Share(string key, double[] each, int trained, string note)
    {
        var share = each.Average();
        var (low, high) = Wilson.Of(share, each.Length);
        return new(key, share, low, high, each.Length, trained, Note: note);
    }
}
