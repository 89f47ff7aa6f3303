using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>
/// Takes an icon apart: draws icons until no other variant and no other place of a part brings them nearer to the icon, by the mean
/// absolute difference of the whole icon, so that parts count where they can be seen.
/// </summary>
internal sealed class IconReader(IconPainter painter)
{
    /// <summary>How much farther from its place than in the data set a part may lie, 1/128 of the side.</summary>
    public const int Margin = 2;

    // Three rounds are enough for most icons, the last of which changes nothing.
    private const int MostRounds = 8;
    private const int FineReach = 2;

    // Variants whose place is searched finely.
    private const int Finalists = 3;

    // Coarsely, larger icons are compared at about as many pixels as one of this side has.
    private const int CoarseSide = 64;

    /// <param name="icon">[size, size, 4], opaque.</param>
    public IconEstimate Read(float[] icon)
    {
        var estimate = new IconEstimate(painter.Art);
        for (var round = 0; round < MostRounds; round++)
        {
            var changed = false;
            foreach (var layer in painter.Art.LargestFirst) changed |= Improve(estimate, layer, icon, null);
            foreach (var layer in painter.Art.LargestFirst) changed |= ImproveWithHeld(ref estimate, layer, icon);
            if (!changed) break;
        }
        return estimate;
    }

    // Whether the layer has now another variant or place.
    private bool Improve(IconEstimate estimate, int layer, float[] icon, int? only)
    {
        var (variant, move) = Best(new(painter, layer, estimate, icon), layer, only);
        if (estimate.Variants[layer] == variant && estimate.Moves[layer] == move) return false;
        (estimate.Variants[layer], estimate.Moves[layer]) = (variant, move);
        return true;
    }

    // Eyes that hold the glasses elsewhere are only nearer to the icon once the glasses lie elsewhere, too.
    private bool ImproveWithHeld(ref IconEstimate estimate, int layer, float[] icon)
    {
        var held = painter.Art.HeldBy(layer);
        if (held.Count == 0) return false;
        var (best, least) = (estimate, painter.Error(estimate, icon));
        for (var variant = 0; variant < painter.Art.Layers[layer].Variants.Count; variant++)
        {
            if (variant == estimate.Variants[layer]) continue;
            var trial = estimate.Copy();
            trial.Variants[layer] = variant;
            foreach (var each in held.Append(layer)) Improve(trial, each, icon, trial.Variants[each]);
            foreach (var each in held) Improve(trial, each, icon, null);
            if (painter.Error(trial, icon) is var error && error < least) (best, least) = (trial, error);
        }
        var changed = best != estimate;
        estimate = best;
        return changed;
    }

    // A part that can be absent is only there if it explains more than a quarter of a pixel, as black on black does not.
    private (int Variant, PartMove Move) Best(LayerView view, int layer, int? only)
    {
        var drawn = painter.Art.Layers[layer];
        var farthest = Reach(drawn);
        var stride = Math.Max(1, painter.Size / CoarseSide);
        var finalists = Enumerable.Range(0, drawn.Variants.Count).Where(variant => only is null || variant == only)
            .Select(variant => (Variant: variant, Coarse: Least(Moves(default, farthest, farthest, painter.Art.SearchStep), move => view.Gain(variant, move, stride))))
            .OrderBy(each => each.Coarse.Value).Take(Finalists);
        var best = finalists
            .Select(each => (each.Variant, Fine: Least(Moves(each.Coarse.Move, new(FineReach, FineReach), farthest, 1), move => view.Gain(each.Variant, move, 1))))
            .MinBy(each => each.Fine.Value + (drawn.IsDrawn(each.Variant) ? painter.OnePixel / 4 : 0));
        // What is absent lies nowhere.
        return (best.Variant, drawn.IsDrawn(best.Variant) ? best.Fine.Move : default);
    }

    /// <summary>How far from its place a part is looked for.</summary>
    private static PartMove Reach(ArtLayer layer) =>
        layer.Farthest is { X: 0, Y: 0 } fixedPlace ? fixedPlace : new(layer.Farthest.X + Margin, layer.Farthest.Y + Margin);

    private static (PartMove Move, double Value) Least(IEnumerable<PartMove> moves, Func<PartMove, double> value) =>
        moves.Select(move => (move, value(move))).MinBy(each => each.Item2);

    // Places around a centre, at most so far from it and from the layout's.
    private static IEnumerable<PartMove> Moves(PartMove centre, PartMove reach, PartMove farthest, int step)
    {
        for (var y = -(reach.Y / step * step); y <= reach.Y; y += step)
            for (var x = -(reach.X / step * step); x <= reach.X; x += step)
            {
                var move = new PartMove(centre.X + x, centre.Y + y);
                if (Math.Abs(move.X) <= farthest.X && Math.Abs(move.Y) <= farthest.Y) yield return move;
            }
    }
}
