using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>
/// Whether a part is what it was taken for. There is no threshold in grey levels: the icon has to be clearly nearer to the variant than
/// what must be refused is.
/// </summary>
/// <remarks>
/// Three ratios, each 0 for the variant itself and known for what must be refused. The difference to the variant over the difference of
/// the variant to another one of its layer: ½ for an even blend of the two. The same in the part's worst window, for damage that is small
/// beside a large part. How far the icon lies from the variant towards a blurred variant of the layer: 1 for the blurred one.
/// </remarks>
internal sealed class PartJudge(IconPainter painter)
{
    /// <summary>Most of the way to another variant: two thirds of the ½ of an even blend.</summary>
    public const double MostDifference = 1.0 / 3;

    /// <summary>Most of the way to another variant within one window: halfway.</summary>
    public const double MostLocalDifference = 0.5;

    /// <summary>Most of the way to a blurred variant: halfway.</summary>
    public const double MostBlur = 0.5;

    // A window's side, pixels of an icon of 128: an eye.
    private const int WindowSide = 16;

    // A thin part, such as the frame of glasses, covers a quarter of the windows that it goes through.
    private const double LeastCover = 0.25;

    // Blurred by boxes of this radius, pixels of an icon of 128: σ = 4.5 and 8.5 of its pixels, 1.4 and 2.4 of one of 32.
    private static readonly int[] Blurs = [4, 8];

    /// <param name="icon">[size, size, 4], opaque.</param>
    /// <param name="estimate">What it was taken for.</param>
    public PartFinding Judge(float[] icon, IconEstimate estimate, int layer)
    {
        var (variant, move) = (estimate.Variants[layer], estimate.Moves[layer]);
        var view = new LayerView(painter, layer, estimate, icon);
        var drawn = view.Draw(variant, move);
        // What cannot be seen can be anywhere: it is compared where the other parts lie, if it is hidden there, too.
        if (painter.Art.Layers[layer].IsDrawn(variant) && IsHidden(drawn) && Usual(estimate) is var usual && view.Draw(variant, usual) is var elsewhere && IsHidden(elsewhere))
            (drawn, move) = (elsewhere, usual);

        var variants = Enumerable.Range(0, painter.Art.Layers[layer].Variants.Count).ToList();
        var others = variants.Where(each => each != variant).Select(each => (Variant: each, Picture: view.Draw(each, move))).ToList();
        var (difference, least, alike) = (0.0, double.PositiveInfinity, new List<int>());
        foreach (var (each, other) in others)
        {
            var (toIcon, toOther, weight) = Compare(icon, drawn, other);
            // As brows under a fringe.
            if (toOther < painter.OnePixel)
            {
                alike.Add(each);
                continue;
            }
            difference = Math.Max(difference, toIcon / toOther);
            least = Math.Min(least, toOther / weight);
        }
        var mask = Mask(drawn, [.. others.Select(other => other.Picture)]);
        var blur = variants.SelectMany(each => Blurs.Select(radius => view.Draw(each, move, Math.Max(1, Scaled(radius))))).Max(blurred => Towards(icon, drawn, blurred));
        return new(variant, move, Distance(icon, drawn, mask), difference, WorstWindow(icon, drawn, WithEmpty(mask, estimate, layer)) / least, blur, alike);
    }

    private bool IsHidden(float[] drawn)
    {
        var shown = 0.0;
        for (var i = 3; i < drawn.Length; i += 4) shown += drawn[i];
        return shown < painter.OnePixel / 255;
    }

    // The middle of the places of the parts that are there.
    private PartMove Usual(IconEstimate estimate)
    {
        var moves = estimate.Moves.Where((_, layer) => painter.Art.Layers[layer].IsDrawn(estimate.Variants[layer])).ToList();
        return new(moves.Select(move => move.X).Order().ElementAt(moves.Count / 2), moves.Select(move => move.Y).Order().ElementAt(moves.Count / 2));
    }

    private int Scaled(int pixelsOf128) => pixelsOf128 * painter.Size / LayeredArt.Units;

    // Sums over what shows either part: of the icon's and of the other's difference to what was drawn, and of the weights.
    private static (double ToIcon, double ToOther, double Weight) Compare(float[] icon, float[] drawn, float[] other)
    {
        var (toIcon, toOther, weights) = (0.0, 0.0, 0.0);
        for (var at = 0; at < icon.Length; at += 4)
        {
            var weight = Math.Max(drawn[at + 3], other[at + 3]);
            if (weight == 0) continue;
            toIcon += weight * Difference(icon, drawn, at);
            toOther += weight * Difference(other, drawn, at);
            weights += weight;
        }
        return (toIcon, toOther, weights);
    }

    // How much each pixel shows the part; an absent part has the place of those that could be there.
    private static float[] Mask(float[] drawn, List<float[]> others)
    {
        var mask = new float[drawn.Length / 4];
        for (var i = 0; i < mask.Length; i++) mask[i] = drawn[(i * 4) + 3];
        if (others.Count > 0 && mask.All(weight => weight == 0))
            for (var i = 0; i < mask.Length; i++) mask[i] = others.Max(other => other[(i * 4) + 3]);
        return mask;
    }

    // An absent part is not elsewhere either, as a beard beside the face is: where there is no backdrop, all that is empty counts.
    private float[] WithEmpty(float[] mask, IconEstimate estimate, int layer)
    {
        if (painter.Art.HasBackdrop || painter.Art.Layers[layer].IsDrawn(estimate.Variants[layer])) return mask;
        var drawn = painter.Lay(painter.Art.Stack(estimate.Variants), estimate, onBackground: false);
        return [.. mask.Select((weight, i) => Math.Max(weight, 1 - drawn[(i * 4) + 3]))];
    }

    // Mean over the mask; 0 where nothing of the part can be seen.
    private static double Distance(float[] icon, float[] drawn, float[] mask)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var i = 0; i < mask.Length; i++)
        {
            sum += mask[i] * Difference(icon, drawn, i * 4);
            weights += mask[i];
        }
        return weights == 0 ? 0 : sum / weights;
    }

    // The largest mean difference in a square window that shows enough of the part; windows overlap by half.
    private double WorstWindow(float[] icon, float[] drawn, float[] mask)
    {
        var side = Math.Max(2, Scaled(WindowSide));
        var worst = 0.0;
        for (var top = 0; top + side <= painter.Size; top += side / 2)
            for (var left = 0; left + side <= painter.Size; left += side / 2)
            {
                var (sum, weights) = (0.0, 0.0);
                for (var y = top; y < top + side; y++)
                    for (var x = left; x < left + side; x++)
                    {
                        var at = (y * painter.Size) + x;
                        sum += mask[at] * Difference(icon, drawn, at * 4);
                        weights += mask[at];
                    }
                if (weights >= side * side * LeastCover) worst = Math.Max(worst, sum / weights);
            }
        return worst;
    }

    // The least-squares t of icon = drawn + t · (other − drawn); 0 where the two look the same.
    private double Towards(float[] icon, float[] drawn, float[] other)
    {
        var (along, length, apart) = (0.0, 0.0, 0.0);
        for (var at = 0; at < icon.Length; at++)
        {
            if (at % 4 == 3) continue;
            var direction = other[at] - drawn[at];
            along += (icon[at] - drawn[at]) * direction;
            length += direction * direction;
            apart += Math.Abs(direction);
        }
        return apart / 3 < painter.OnePixel ? 0 : along / length;
    }

    private static double Difference(float[] a, float[] b, int at) =>
        (Math.Abs(a[at] - b[at]) + Math.Abs(a[at + 1] - b[at + 1]) + Math.Abs(a[at + 2] - b[at + 2])) / 3;
}

/// <summary>A part's best variant and place, and how well they explain it.</summary>
/// <param name="Distance">Mean absolute difference within the part's own mask, 0…255.</param>
/// <param name="Difference">The way to the most similar other variant that the part has gone, 0…1 and more.</param>
/// <param name="LocalDifference">The same in its worst window.</param>
/// <param name="Blur">The way to a blurred part of the layer.</param>
/// <param name="Alike">Other variants that look the same in this icon.</param>
internal readonly record struct PartFinding(
    int Variant, PartMove Move, double Distance, double Difference, double LocalDifference, double Blur, IReadOnlyList<int> Alike)
{
    public bool IsRecognised =>
        Difference < PartJudge.MostDifference && LocalDifference < PartJudge.MostLocalDifference && Blur < PartJudge.MostBlur;
}
